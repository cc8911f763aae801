//! HTTP: the route of a request by its path, the method that the route takes, and the answer.

use super::Engine;
use super::admission::{Admission, Transport};
use crate::answer::{Answer, Body, Content, Piece};
use crate::network::{self, RequestConditions};
use crate::problem::Problem;
use crate::protocol::{CONTROL, ENDPOINT, FILES, Incoming, JSON, Passage, is_endpoint};
use crate::state::files::Found;
use crate::steps::platform::is_of_model;

/// Where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route<'a> {
    Endpoint,
    /// The name of the file.
    File(&'a str),
    /// What is below [`CONTROL`].
    Control(&'a str),
    Unknown,
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Self {
        if is_endpoint(path) {
            Self::Endpoint
        } else if let Some(file) = path.strip_prefix(FILES) {
            Self::File(file)
        } else if let Some(name) = path.strip_prefix(CONTROL) {
            Self::Control(name)
        } else {
            Self::Unknown
        }
    }

    /// The route in words that hold no secret.
    fn name(self) -> &'static str {
        match self {
            Self::Endpoint => ENDPOINT,
            Self::File(_) => "/image/…",
            Self::Control(_) => "/_mock/…",
            Self::Unknown => "(unknown path)",
        }
    }
}

impl Engine {
    /// Answers a request.
    #[must_use]
    pub fn answer(&self, request: &Incoming) -> Answer {
        let route = Route::of(&request.path);
        let is_taken = self.mutations.takes(request, route == Route::Endpoint, route == Route::Unknown);
        let is_batch = is_taken || route == Route::Endpoint && request.method == "POST";
        let mut answer = match route {
            _ if is_batch => self.batch(request),
            Route::Endpoint => self.wrong_method("Tasks are sent by POST.", "POST"),
            Route::File(file) => self.file(request, file),
            Route::Control(name) => self.control(request, name),
            Route::Unknown => {
                let text = format!("There is nothing here: send tasks by POST to {ENDPOINT}.");
                self.refusal(&Problem::new(404, "notFound", text))
            }
        };
        answer.note.route = route.name();
        self.mutations.on_reply(is_batch, &mut answer);
        answer
    }

    fn batch(&self, request: &Incoming) -> Answer {
        let mut batch = self.batch_of(&request.body);
        self.mutations.on_read(&request.body, &self.settings, &mut batch);
        match self.admit(Transport::Http, request, batch) {
            Admission::Unreadable(problem) => self.refusal(&problem),
            Admission::Dropped(conditions) => {
                let nothing = Answer::new(503, JSON, Body::Ready(Vec::new()));
                Answer { delay: conditions.delay, passage: Passage::Dropped, ..nothing }
            }
            Admission::Refused { conditions, problem, batch: _ } => {
                let answer = self.refusal(&problem);
                let wait = conditions.network.retry_after.filter(|_| matches!(problem.status, 429 | 503));
                let answer = match wait {
                    Some(seconds) => answer.with("retry-after", seconds.to_string()),
                    None => answer,
                };
                paced(answer, &conditions)
            }
            Admission::Admitted { caller, batch } => {
                let answer = paced(self.respond(&batch, &caller), &caller.conditions);
                let is_lost = caller.conditions.lost && batch.iter().any(is_of_model);
                if is_lost { Answer { passage: Passage::Dropped, ..answer } } else { answer }
            }
        }
    }

    pub(super) fn wrong_method(&self, text: &str, allowed: &str) -> Answer {
        self.refusal(&Problem::new(405, "methodNotAllowed", text)).with("allow", allowed)
    }

    fn file(&self, request: &Incoming, file: &str) -> Answer {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return self.wrong_method("Files are fetched by GET.", "GET, HEAD");
        }
        let name = file.split_once('.').map_or(file, |(name, _)| name);
        if request.method == "GET"
            && let Some(answer) = self.mutations.on_file(name, |problem| self.refusal(problem))
        {
            return answer;
        }
        let mut files = crate::lock(&self.state.files);
        if let Some(status) = self.settings.network.link_error
            && request.method == "GET"
            && files.fails_now(name)
        {
            return self.refusal(&network::problem_of_status(status));
        }
        let found = files.find(name, self.clock.now());
        drop(files);
        match found {
            Found::Unknown => self.refusal(&Problem::new(404, "fileNotFound", "There is no such file.")),
            Found::Expired => {
                self.refusal(&Problem::new(404, "fileExpired", "The link to this file has ended."))
            }
            Found::Known(image) => {
                Answer::new(200, image.media, Body::Pieces(vec![Piece(Content::File(image))]))
            }
        }
    }
}

/// The answer at the pace of its network conditions.
fn paced(answer: Answer, conditions: &RequestConditions) -> Answer {
    let passage = conditions.network.slow.map_or(Passage::Normal, Passage::Slow);
    Answer { delay: conditions.delay, passage, ..answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_one_route() {
        for (path, route) in [
            ("/v1", Route::Endpoint),
            ("/v1/", Route::Endpoint),
            ("/image/a.png", Route::File("a.png")),
            ("/_mock/clock", Route::Control("clock")),
            ("/v2", Route::Unknown),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }
}
