//! The walk over the table of routes: which faults are tried, and what their effects must be.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use aviary_web::Route;
use e2e::acts::people::follow;
use e2e::acts::tokens::obtain_token;
use e2e::acts::tweets::react;
use e2e::{Answer, OwnService, Things, eventually};

use super::disturbance::{Disturbance, Kind};
use super::invariants;
use super::traces::{Everything, Subject, Trace, difference};
use super::trial::{Request, Sent, without_credentials};
use crate::contracts::routes::rows;

/// Trials in one world, after which its tables are checked and a new world begins.
const BATCH: usize = 120;
/// A batch also ends after this time, because its people's access tokens last for five minutes.
const BATCH_TIME: Duration = Duration::from_secs(150);
/// How long derived items may take to be as they should. Second rounds of removals are part of it.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);
const PAUSE: Duration = Duration::from_millis(500);

/// Which faults are tried.
#[derive(Clone, Copy, Debug)]
pub(super) enum Plan {
    /// Every kind at every call of every route, or of so many random routes as begin within a time.
    All(Option<Duration>),
    /// Random ones of every route in turn, for so long after the first world has started.
    SampleFor(Duration),
}

/// What a route's request does without faults.
struct Reference {
    calls: usize,
    statuses: [u16; 2],
    /// What one request leaves, and two.
    traces: [Trace; 2],
    /// The senders of both, in the world in which they were sent.
    subjects: Option<[Subject; 2]>,
}

struct Trial {
    route: usize,
    disturbance: Disturbance,
    subject: Subject,
    times: usize,
}

#[derive(Default)]
struct Tried {
    trials: usize,
    waited: usize,
    wrong: usize,
}

/// The walk, and what it has found.
pub(super) struct Walk {
    seed: u64,
    random: fastrand::Rng,
    plan: Plan,
    began: Option<Instant>,
    rows: Vec<(&'static str, Route)>,
    /// Routes that come next, of all worlds that are walked at the same time.
    turn: Arc<Mutex<VecDeque<usize>>>,
    /// Faults of the route at hand that come next.
    queue: VecDeque<(usize, Disturbance)>,
    references: BTreeMap<usize, Reference>,
    tried: BTreeMap<(Kind, bool), Tried>,
    counted: usize,
    wrong: Vec<String>,
}

/// The people of one batch.
struct World {
    own: OwnService,
    /// Whose things others act on.
    others: Things,
    /// Who only reads.
    reader: Things,
}

impl World {
    async fn start() -> Self {
        let own = OwnService::start();
        let mut others = Things::of(&own.service, own.service.signup().await).await;
        let mut reader = Things::of(&own.service, own.service.signup().await).await;
        for things in [&mut others, &mut reader] {
            // Access for twelve hours.
            (things.owner.access, things.owner.refresh) = obtain_token(&own.service, &things.owner).await;
        }
        Self { own, others, reader }
    }

    /// Waits until everything that was written so far was delivered: the stream is in order, so its effect on a last
    /// like comes last.
    async fn deliver(&self) {
        let service = &self.own.service;
        let last = service.signup().await;
        let tweet = service.tweet(&self.others.owner, "the last one").await["id"].as_str().unwrap().to_owned();
        follow(service, &last, &self.others.owner).await;
        react(service, "POST", &last, &tweet, "like").await.with_status(200);
        eventually("the last like is told", async || {
            let told = service.dynamodb().mentions("FeedTable", &last.id).await;
            let is_it =
                |item: &serde_json::Value| item["actor"]["S"] == last.id.as_str() && item["kind"]["S"] == "like";
            told.iter().any(is_it).then_some(())
        })
        .await;
    }
}

impl Walk {
    /// With `only`, routes whose name does not contain it are left out.
    pub(super) fn new(seed: u64, plan: Plan, only: Option<String>) -> Self {
        let mut rows = rows();
        rows.retain(|(_, row)| only.as_ref().is_none_or(|only| format!("{} {}", row.method, row.path).contains(only)));
        Self { rows, ..Self::of(seed, plan) }
    }

    fn of(seed: u64, plan: Plan) -> Self {
        Self {
            seed,
            random: fastrand::Rng::with_seed(seed),
            plan,
            began: None,
            turn: Arc::default(),
            rows: Vec::new(),
            queue: VecDeque::new(),
            references: BTreeMap::new(),
            tried: BTreeMap::new(),
            counted: 0,
            wrong: Vec::new(),
        }
    }

    pub(super) fn is_right(&self) -> bool {
        self.wrong.is_empty() && self.tried.values().any(|tried| tried.trials > 0)
    }

    /// Walks in so many worlds at the same time, which share the routes. Most of a trial is waiting.
    pub(super) fn run(&mut self, worlds: u64) {
        if matches!(self.plan, Plan::All(_)) {
            let mut turn: Vec<usize> = (0..self.rows.len()).collect();
            self.random.shuffle(&mut turn);
            self.turn = Arc::new(Mutex::new(turn.into()));
        }
        let walks: Vec<Option<Self>> = thread::scope(|scope| {
            let walks = (0..worlds).map(|number| {
                let mut walk = self.beside(number);
                scope.spawn(move || {
                    tokio::runtime::Runtime::new().expect("a runtime").block_on(walk.walk());
                    walk
                })
            });
            let walks: Vec<_> = walks.collect();
            walks.into_iter().map(|walk| walk.join().ok()).collect()
        });
        // What the others have found must not be lost.
        for walk in walks {
            match walk {
                Some(walk) => self.add(walk),
                None => self.wrong.push("a walk has panicked; it is said above".to_owned()),
            }
        }
    }

    /// A walk in a world of its own, which takes its routes from the same turn.
    fn beside(&self, number: u64) -> Self {
        let seed = self.seed + number;
        let (rows, turn) = (self.rows.clone(), Arc::clone(&self.turn));
        Self { rows, turn, ..Self::of(seed, self.plan) }
    }

    fn add(&mut self, other: Self) {
        for (route, reference) in other.references {
            self.references.entry(route).or_insert(reference);
        }
        for (kind, Tried { trials, waited, wrong }) in other.tried {
            let tried = self.tried.entry(kind).or_default();
            tried.trials += trials;
            tried.waited += waited;
            tried.wrong += wrong;
        }
        self.counted += other.counted;
        self.wrong.extend(other.wrong);
    }

    async fn walk(&mut self) {
        let mut more = true;
        while more {
            let world = World::start().await;
            let began = Instant::now();
            self.began.get_or_insert(began);
            let mut trials = Vec::new();
            while trials.len() < BATCH && began.elapsed() < BATCH_TIME {
                let Some((route, disturbance)) = self.next(&world).await else {
                    more = false;
                    break;
                };
                trials.extend(self.try_one(&world, route, disturbance).await);
                self.counted += 1;
            }
            self.check(&world, &trials).await;
            let (routes, wrong) = (self.references.len(), self.wrong.len());
            eprintln!("{} trials of {routes} of {} routes, {wrong} wrong", self.counted, self.rows.len());
        }
    }

    fn name(&self, route: usize) -> String {
        let (_, row) = &self.rows[route];
        format!("{} {}", row.method, row.path)
    }

    async fn next(&mut self, world: &World) -> Option<(usize, Disturbance)> {
        loop {
            if let Some(next) = self.queue.pop_front() {
                return Some(next);
            }
            let spent = self.began.map(|began| began.elapsed()).unwrap_or_default();
            if matches!(self.plan, Plan::SampleFor(time) | Plan::All(Some(time)) if spent >= time) {
                return None;
            }
            let route = self.next_route()?;
            let calls = self.reference(world, route).await;
            match self.plan {
                _ if calls == 0 => {}
                Plan::All(_) => self.queue.extend(Disturbance::all(calls).map(|disturbance| (route, disturbance))),
                Plan::SampleFor(_) => self.queue.push_back((route, Disturbance::any(calls, &mut self.random))),
            }
        }
    }

    fn next_route(&mut self) -> Option<usize> {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if turn.is_empty() && matches!(self.plan, Plan::SampleFor(_)) {
            turn.extend(0..self.rows.len());
            self.random.shuffle(turn.make_contiguous());
        }
        turn.pop_front()
    }

    fn reads(&self, route: usize) -> bool {
        self.rows[route].1.method == "GET"
    }

    /// Sends the route's request undisturbed, if it was not yet: once, and for another sender twice. Returns the number
    /// of calls that it makes.
    async fn reference(&mut self, world: &World, route: usize) -> usize {
        if let Some(reference) = self.references.get(&route) {
            return reference.calls;
        }
        let (function, row) = &self.rows[route];
        let reference = if self.reads(route) {
            let request = Request::new(function, row, &world.reader, &world.others);
            let (answer, calls) = request.send(&world.own);
            Reference { calls, statuses: [answer.status; 2], traces: Default::default(), subjects: None }
        } else {
            let service = &world.own.service;
            let (one, two) =
                (Things::of(service, service.signup().await).await, Things::of(service, service.signup().await).await);
            let [one, two] = [one, two].map(|things| Request::new(function, row, &things, &world.others));
            let (first, calls) = one.send(&world.own);
            two.send(&world.own);
            let (second, _) = two.send(&world.own);
            let subjects = Some([one.subject, two.subject]);
            Reference { calls, statuses: [first.status, second.status], traces: Default::default(), subjects }
        };
        let calls = reference.calls;
        self.references.insert(route, reference);
        calls
    }

    /// Sends the request under the disturbance. Returns what has to be checked at the end of the batch, of a request
    /// that writes.
    async fn try_one(&mut self, world: &World, route: usize, disturbance: Disturbance) -> Option<Trial> {
        let service = &world.own.service;
        let things = match self.reads(route) {
            true => world.reader.clone(),
            false => Things::of(service, service.signup().await).await,
        };
        let (function, row) = self.rows[route].clone();
        let request = Request::new(function, &row, &things, &world.others);
        let before = if self.reads(route) { Some(request.send(&world.own).0) } else { None };
        let mut sent = request.disturbed(&world.own, disturbance).await;
        self.judge_answers(route, &mut sent, before.as_ref());
        let tried = self.tried.entry((disturbance.kind, disturbance.lasting)).or_default();
        tried.trials += 1;
        tried.waited += usize::from(sent.waited);
        tried.wrong += usize::from(!sent.wrong.is_empty());
        let name = self.name(route);
        for wrong in &sent.wrong {
            eprintln!("{name}, {disturbance}: {wrong}");
            self.wrong.push(format!("{name}, {disturbance}: {wrong}"));
        }
        before.is_none().then_some(Trial { route, disturbance, subject: request.subject, times: sent.times })
    }

    fn judge_answers(&self, route: usize, sent: &mut Sent, before: Option<&Answer>) {
        let [once, twice] = self.references[&route].statuses;
        let [first, second] = sent.results.each_ref().map(|answer| answer.status);
        // Who was told to wait may find that the first request had its effect.
        if first != once && !(sent.waited && first == twice) {
            let text = sent.results[0].text();
            sent.wrong.push(format!("{first} in place of {once}: {text:.300}"));
        }
        if second != twice && second != once {
            let text = sent.results[1].text();
            sent.wrong.push(format!("the repetition is {second} in place of {twice}: {text:.300}"));
        }
        // Something else may have changed meanwhile; then it is as after the request.
        if let Some(before) = before {
            let [before, first, after] = [before, &sent.results[0], &sent.results[1]].map(without_credentials);
            if first != before && first != after && self.rows[route].0 != "status" {
                sent.wrong.push(format!("{first} was read in place of {after}"));
            }
        }
    }

    /// Compares what the trials have left with what undisturbed requests leave, once everything is derived.
    async fn check(&mut self, world: &World, trials: &[Trial]) {
        let service = &world.own.service;
        world.deliver().await;
        let deadline = Instant::now() + SETTLED_WITHIN;
        loop {
            let everything = Everything::of(service).await;
            for reference in self.references.values_mut() {
                if let Some(subjects) = &reference.subjects {
                    reference.traces = subjects.each_ref().map(|subject| everything.trace(subject));
                }
            }
            let mut wrong: Vec<String> = trials.iter().flat_map(|trial| self.effects(&everything, trial)).collect();
            wrong.extend(invariants::of_accounts(&everything));
            wrong.extend(invariants::failures(service).await);
            let due = invariants::due_jobs(service).await;
            if due > 0 {
                wrong.push(format!("{due} jobs are due"));
            } else {
                wrong.extend(invariants::recount(service));
            }
            if wrong.is_empty() || Instant::now() > deadline {
                let wrongly = trials.iter().filter(|trial| !self.effects(&everything, trial).is_empty());
                let wrongly: Vec<Disturbance> = wrongly.map(|trial| trial.disturbance).collect();
                for Disturbance { kind, lasting, .. } in wrongly {
                    self.tried.entry((kind, lasting)).or_default().wrong += 1;
                }
                wrong.iter().for_each(|wrong| eprintln!("{wrong}"));
                self.wrong.extend(wrong);
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        for reference in self.references.values_mut() {
            reference.subjects = None;
        }
    }

    fn effects(&self, everything: &Everything, trial: &Trial) -> Vec<String> {
        let traces = self.references[&trial.route].traces.each_ref();
        let wrong = difference(&everything.trace(&trial.subject), traces, trial.times);
        let name = format!("{}, {}, sent {} times", self.name(trial.route), trial.disturbance, trial.times);
        wrong.into_iter().map(|wrong| format!("{name}: {wrong}")).collect()
    }
}

impl fmt::Display for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<26}{:>10}{:>12}{:>18}{:>8}", "The call is", "meets", "trials", "told to wait", "wrong")?;
        for ((kind, lasting), Tried { trials, waited, wrong }) in &self.tried {
            let meets = if *lasting { "all" } else { "one" };
            writeln!(f, "{:<26}{meets:>10}{trials:>12}{waited:>18}{wrong:>8}", kind.name())?;
        }
        let undisturbed = self.references.values().filter(|reference| reference.calls == 0).count();
        writeln!(
            f,
            "\n{} trials of {} routes with seed {}; {undisturbed} more routes make no call.",
            self.counted,
            self.references.len() - undisturbed,
            self.seed
        )?;
        for wrong in &self.wrong {
            writeln!(f, "- {wrong}")?;
        }
        write!(f, "{} things are wrong.", self.wrong.len())
    }
}
