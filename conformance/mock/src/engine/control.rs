//! What only a mock has, below [`CONTROL`](crate::CONTROL): a look at deliveries, and a hand on the clock.
//!
//! | Request | Answer |
//! |---|---|
//! | `GET /_mock/deliveries` | `{"data": […]}` with the last deliveries, see [`Delivery`](crate::Delivery) |
//! | `GET /_mock/violations` | `{"data": […], "more": n}`: what requests broke, see [`RequestViolation`](crate::RequestViolation) |
//! | `DELETE /_mock/violations` | the same, after they were forgotten |
//! | `GET /_mock/clock` | `{"now": seconds}` since the mock began |
//! | `POST /_mock/clock` with `{"advance": seconds}` | the same, after moving the clock ahead |

use super::Engine;
use crate::answer::Answer;
use crate::problem::Problem;
use crate::protocol::{self, Incoming};
use serde_json::{Value, json};
use std::time::Duration;

impl Engine {
    pub(crate) fn control(&self, request: &Incoming, what: &str) -> Answer {
        match (what, request.method.as_str()) {
            ("deliveries", "GET") => {
                let deliveries = serde_json::to_value(self.deliveries()).unwrap_or_default();
                Answer::json(200, &json!({protocol::name::DATA: deliveries}))
            }
            ("deliveries", _) => self.wrong_method("Deliveries are looked at by GET.", "GET"),
            ("violations", "GET") => self.all_violations(),
            ("violations", "DELETE") => {
                self.clear_violations();
                self.all_violations()
            }
            ("violations", _) => {
                self.wrong_method("Violations are read by GET and forgotten by DELETE.", "GET, DELETE")
            }
            ("clock", "GET") => self.time(),
            ("clock", "POST") => match advance(&request.body) {
                Some(by) => {
                    self.clock.advance(by);
                    self.time()
                }
                None => {
                    let text = "The body must be `{\"advance\": seconds}`, and the seconds not negative.";
                    self.refusal(&Problem::new(400, "invalidAdvance", text))
                }
            },
            ("clock", _) => self.wrong_method("The clock is read by GET and moved by POST.", "GET, POST"),
            _ => self.refusal(&Problem::new(
                404,
                "notFound",
                "There are only `deliveries`, `violations` and `clock` here.",
            )),
        }
    }

    fn all_violations(&self) -> Answer {
        let kept = serde_json::to_value(self.violations()).unwrap_or_default();
        Answer::json(200, &json!({protocol::name::DATA: kept, "more": self.more_violations()}))
    }

    fn time(&self) -> Answer {
        Answer::json(200, &json!({"now": self.clock.now().as_secs_f64()}))
    }
}

fn advance(body: &[u8]) -> Option<Duration> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Duration::try_from_secs_f64(body.get("advance")?.as_f64()?).ok()
}
