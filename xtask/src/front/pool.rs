//! The processes of one function, started as requests need them.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{Output, desk::Desks, environment::Environment, failure::Failure, function::FrontFunction};

/// Processes of a function at the same time.
pub const PROCESSES: usize = 4;
/// Requests to a function at the same time: those that run, and those that wait for a process.
pub const PLACES: usize = 256;

/// An idle process ends after this time, unless it is the function's only one.
const IDLE: Duration = Duration::from_secs(60);

/// A function and its processes.
pub(super) struct Pool {
    pub(super) function: FrontFunction,
    /// Where the processes find the Runtime API.
    pub(super) runtime_api: String,
    pub(super) desks: Arc<Desks>,
    pub(super) output: Output,
    places: Arc<Semaphore>,
    turns: Semaphore,
    /// The process that was used last is at the end.
    idle: Mutex<Vec<Environment>>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("function", &self.function.name).field("idle", &self.idle).finish_non_exhaustive()
    }
}

impl Pool {
    pub(super) fn new(function: FrontFunction, runtime_api: String, desks: Arc<Desks>, output: Output) -> Self {
        Self {
            function,
            runtime_api,
            desks,
            output,
            places: Arc::new(Semaphore::new(PLACES)),
            turns: Semaphore::new(PROCESSES),
            idle: Mutex::default(),
        }
    }

    /// Invokes the function. A caller that stops waiting does not end the work, as on AWS.
    pub(super) async fn invoke(self: &Arc<Self>, event: Bytes) -> Result<Bytes, Failure> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Failure::TooMany)?;
        let pool = Arc::clone(self);
        let work = tokio::spawn(async move {
            let outcome = pool.perform(event).await;
            drop(place);
            outcome
        });
        work.await.unwrap_or_else(|error| Err(Failure::Died(error.to_string())))
    }

    async fn perform(&self, event: Bytes) -> Result<Bytes, Failure> {
        // Whoever has a turn has a process or may start one, so there are never more processes than turns.
        let _turn = self.turns.acquire().await.map_err(|_| Failure::NotStarted("the front ends".to_owned()))?;
        let environment = match self.take_idle() {
            Some(environment) => Ok(environment),
            None => Environment::start(&self.function, &self.runtime_api, &self.desks, &self.output).await,
        };
        let mut environment = environment.inspect_err(|failure| self.say(failure))?;
        let outcome = environment.run(event, self.function.timeout).await;
        match &outcome {
            Err(failure @ (Failure::Died(_) | Failure::TimedOut(_))) => self.say_of(&environment, failure),
            _ => self.idle().push(environment),
        }
        outcome
    }

    fn take_idle(&self) -> Option<Environment> {
        let mut idle = self.idle();
        while let Some(mut environment) = idle.pop() {
            if let Some(why) = environment.ended() {
                self.say_of(&environment, &Failure::Died(why));
            } else if !environment.is_outdated(&self.function) {
                return Some(environment);
            }
        }
        None
    }

    /// Says which idle processes have ended, and ends those that nobody needs.
    pub(super) fn look_after(&self) {
        let mut idle = self.idle();
        idle.retain_mut(|environment| match environment.ended() {
            Some(why) => {
                self.say_of(environment, &Failure::Died(why));
                false
            }
            None => true,
        });
        let mut kept = 0;
        idle.retain(|environment| {
            let keep = kept == 0 || environment.idle_for() < IDLE;
            kept += usize::from(keep);
            keep
        });
    }

    /// Ends the idle processes, and lets no request start another.
    pub(super) fn close(&self) {
        self.turns.close();
        self.idle().clear();
    }

    /// The process ids of the idle processes.
    pub(super) fn idle_pids(&self) -> Vec<u32> {
        self.idle().iter().map(Environment::pid).collect()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Environment>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, failure: &Failure) {
        (self.output)()(&format!(
            "The function `{}` does not work: {failure}. The next request tries again.",
            self.function.name
        ));
    }

    fn say_of(&self, environment: &Environment, failure: &Failure) {
        (self.output)()(&format!(
            "The function `{}` (process {}) is gone: {failure}. The next request starts another process.",
            self.function.name,
            environment.pid()
        ));
    }
}
