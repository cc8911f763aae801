//! Both fronts give the same answers: every kind of request to each, in the same order, and all of each answer compared.

use crate::support::{Front, KEY, bare, client, request, still, task, uuid};
use airspec_mock::{Key, NETWORK_HEADER, Settings};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::time::Duration;

/// An answer, without what belongs to HTTP alone.
#[derive(Debug, PartialEq)]
struct Answer {
    about: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Where a front listens, so that requests are made of the same words for both.
struct Place {
    url: String,
    origin: String,
}

impl Place {
    /// Requests with everything that a body or a header can say.
    fn requests(&self) -> Vec<RequestBuilder> {
        let url = &self.url;
        let keyed = |text: &str| bare(url, text.to_owned()).header("authorization", format!("Bearer {KEY}"));
        let auth = |key: &str| json!([{"taskType": "authentication", "apiKey": key}]);
        let small = |number, changes: &Value| request(url, &json!([task(number, changes)]));
        let under = |number, network: &str| small(number, &json!({})).header(NETWORK_HEADER, network);
        vec![
            small(1, &json!({"numberResults": 3, "includeCost": true, "safety": {"checkContent": true}})),
            request(
                url,
                &json!([task(2, &json!({})), task(3, &json!({"width": 17, "x": 1})), {"taskType": "ping", "ping": true}]),
            ),
            small(4, &json!({"outputType": "dataURI", "outputFormat": "PNG"})),
            small(5, &json!({"outputType": "base64Data", "outputFormat": "WEBP"})),
            request(url, &json!([task(6, &json!({})), task(6, &json!({}))])),
            small(7, &json!({"deliveryMethod": "async", "numberResults": 2})),
            small(7, &json!({})),
            request(url, &json!([{"taskType": "getResponse", "taskUUID": uuid(7)}])),
            request(
                url,
                &json!([{"taskType": "getResponse", "taskUUID": uuid(99)}, {"taskType": "getResponse"}]),
            ),
            request(url, &json!([])),
            request(url, &json!({})),
            request(url, &json!([1, null, "x"])),
            keyed("[").header("content-type", "application/json"),
            keyed("\u{feff}[]").header("content-type", "application/json"),
            keyed("[]").header("content-type", "text/plain"),
            keyed("[]"),
            bare(url, "[]"),
            bare(url, "[]").header("authorization", "Bearer wrong"),
            bare(url, "[]").header("authorization", "Basic abc"),
            bare(url, auth(KEY).to_string()).header("content-type", "application/json"),
            bare(url, auth("wrong").to_string()).header("content-type", "application/json"),
            keyed(&" ".repeat(5000)).header("content-type", "application/json"),
            under(10, "status=503, retry-after=3"),
            under(11, "status=402"),
            under(12, "error, retry-after=none"),
            under(13, "fail"),
            under(14, "hail"),
            under(15, "rate=1"),
            under(16, "slow=20ms"),
            // The balance of the settings covers what came before, and not this.
            small(17, &json!({"width": 3840, "height": 3840, "numberResults": 20})),
        ]
    }

    /// Requests without a body of tasks.
    fn others(&self) -> Vec<RequestBuilder> {
        let (url, origin) = (&self.url, &self.origin);
        let on = |method: Method, path: &str| client().request(method, format!("{origin}{path}"));
        vec![
            client().get(url),
            client().put(url),
            client().head(url),
            on(Method::OPTIONS, "/v1"),
            on(Method::POST, "/v2"),
            on(Method::GET, "/"),
            on(Method::POST, "/v1/"),
            on(Method::GET, "/v1?key=x"),
            on(Method::GET, "/image/none.jpg"),
            on(Method::POST, "/image/none.jpg"),
            on(Method::GET, "/_mock/deliveries"),
            on(Method::POST, "/_mock/deliveries"),
            on(Method::GET, "/_mock/clock"),
            on(Method::DELETE, "/_mock/clock"),
            on(Method::POST, "/_mock/clock").body("{\"advance\": -1}"),
            on(Method::POST, "/_mock/clock").body("{\"advance\": 1.5}"),
            on(Method::GET, "/_mock/other"),
        ]
    }

    async fn ask(&self, request: RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let about = format!("{} {}", request.method(), request.url().path());
        let answer = client.execute(request).await.unwrap();
        let status = answer.status().as_u16();
        let mut headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .filter(|(name, _)| {
                !["date", "connection", "content-length", "transfer-encoding"].contains(&name.as_str())
            })
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        let body = answer.bytes().await.unwrap().to_vec();
        Answer { about, status, headers, body: self.neutral(body) }
    }

    /// The body without the address of the front.
    fn neutral(&self, body: Vec<u8>) -> Vec<u8> {
        match String::from_utf8(body) {
            Ok(text) => text.replace(&self.origin, "(origin)").into_bytes(),
            Err(error) => error.into_bytes(),
        }
    }
}

#[tokio::test]
async fn both_fronts_give_the_same_answers_to_the_same_requests() {
    let settings = || Settings {
        key: Some(Key::new(KEY)),
        max_body: 4096,
        network: "balance=20".parse().unwrap(),
        ..Settings::default()
    };
    let mut answers: [Vec<Answer>; 2] = Default::default();
    for (front, answers) in Front::both(|| still(settings())).await.iter().zip(&mut answers) {
        let url = front.url();
        let place = Place { origin: url.trim_end_matches("/v1").to_owned(), url };
        for request in place.requests() {
            answers.push(place.ask(request).await);
        }
        let first: Value = serde_json::from_slice(&answers[0].body).unwrap();
        let link = first["data"][0]["imageURL"].as_str().unwrap().replace("(origin)", &place.origin);
        front.engine().clock().advance(Duration::from_secs(1));
        let again = json!([{"taskType": "getResponse", "taskUUID": uuid(7)}]);
        let more =
            [client().get(&link), client().head(&link), client().get(&link), request(&place.url, &again)];
        for request in more.into_iter().chain(place.others()) {
            answers.push(place.ask(request).await);
        }
        let dropped = request(&place.url, &json!([task(20, &json!({}))])).header(NETWORK_HEADER, "drop");
        assert!(dropped.send().await.is_err());
    }
    for (one, other) in answers[0].iter().zip(&answers[1]) {
        assert_eq!(
            one,
            other,
            "{}\n{}",
            String::from_utf8_lossy(&one.body),
            String::from_utf8_lossy(&other.body)
        );
    }
    let statuses: Vec<u16> = answers[0].iter().map(|answer| answer.status).collect();
    let posted = [
        200, 200, 200, 200, 200, 200, 400, 200, 400, 400, 400, 400, 400, 400, 415, 415, 401, 401, 401, 200,
        401, 413, 503, 402, 500, 500, 400, 400, 200, 402,
    ];
    let others = [
        200, 200, 200, 200, 405, 405, 405, 405, 404, 404, 401, 405, 404, 405, 200, 405, 200, 405, 400, 200,
        404,
    ];
    assert_eq!(statuses, [posted.as_slice(), others.as_slice()].concat());
}
