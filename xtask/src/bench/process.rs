//! Programs that are run and watched.

use anyhow::{Context as _, bail};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How a program ran.
pub(super) struct Run {
    pub(super) took: Duration,
    /// The most memory that it had, in bytes, where the system tells.
    pub(super) peak: Option<f64>,
    /// The seconds that it had of the processors, where the system tells.
    pub(super) processor: Option<f64>,
}

/// Runs a program to its end.
pub(super) fn watch(command: &mut Command) -> anyhow::Result<Run> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .with_context(|| format!("{} does not start", command.get_program().display()))?;
    let (mut peak, mut processor) = (None, None);
    loop {
        peak = memory(&child, "VmHWM:").or(peak);
        processor = processor_seconds(child.id()).or(processor);
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                bail!("{} failed", command.get_program().display());
            }
            return Ok(Run { took: start.elapsed(), peak, processor });
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A line of what the system says of a program's memory, in bytes.
pub(crate) fn memory(child: &Child, line: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let kilobytes = status.lines().find_map(|text| text.strip_prefix(line))?;
    Some(kilobytes.trim().strip_suffix(" kB")?.parse::<f64>().ok()? * 1024.0)
}

/// The time that a program has had of the processors, where the system tells.
pub(crate) fn processor_seconds(id: u32) -> Option<f64> {
    /// The unit of the system's times, which is the same on all of its machines.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name of the program, in parentheses, can have spaces; the times are the twelfth and the next field after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS)
}

/// A program that ends with this value.
pub(super) struct Server(pub(super) Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
