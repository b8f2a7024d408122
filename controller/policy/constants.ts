/**
 * Every number of the policy that is not in the spec, with where it comes from. "Replay" is the replay of ten public
 * traces at 15 s ticks that docs/adr/0003-decision-pipeline.md sums up.
 */

/** The budget may be spent to this share of it: what is left is for what the shadows have not seen yet. */
export const LADDER_SPEND = 0.9;

/** Between what the shadows count and what was measured: no more than this is believed, and a quarter of the budget weighs against it. */
export const LADDER_TRUST_LEAST = 0.5;
export const LADDER_TRUST_MOST = 3;
export const LADDER_TRUST_PRIOR = 0.25;

/**
 * A rung for each phase of the hour is taken where it saves so much of what one rung for all would cost. Of twelve times sixteen
 * rungs some are cheap by luck: in the replay 5 % and 3 % ran hotter, and what is lost at 8 % is less than 1 % of the cost.
 */
export const LADDER_PHASE_GAIN = 0.08;

/** What the stabilisation of 60 s is at 15 s. */
export const LADDER_NEEDED_STEPS = 4;

/** Shadows remember about two days at 15 s, so that a night and a day are both in it. */
export const LADDER_HALF_LIFE_STEPS = 11_520;

/** With a half-life of half the steps so far, as a young ladder has it, step s of n weighs (s / n) ^ (2 ln 2): in all n / (1 + 2 ln 2). */
export const LADDER_FADED_SHARE = 1 / (1 + 2 * Math.LN2);

/** An hour at 15 s before the shadows are believed; until then 1 - budget, as any newsvendor would begin. */
export const LADDER_LEAST_STEPS = 240;

/**
 * So many steps at the mean of all phases of the hour weigh beside a phase's own. Two hours at 15 s. Replay: 500 to 2,000 trade 1 to 2 %
 * of cost for what is hot.
 */
export const LADDER_PHASE_PRIOR_STEPS = 500;

/** Every 5 minutes at 15 s: a choice that changes with every step is noise. */
export const LADDER_CHOICE_STEPS = 20;

/** Rates the reactive answer looks at: the newest may be half a burst, the one before shows its other half. */
export const REACTIVE_STEPS = 2;

/** Replay: up when more than 5 % short, down when more than 13 % over; tighter flaps with the noise. */
export const DEADBAND_UP = 0.05;
export const DEADBAND_DOWN = 0.13;

/** A forecast's origin is this old at most when it is decided by; older by a clock that was set, or by a flaw. */
export const ORIGIN_AGE_MOST_STEPS = 2;

/** Kubernetes' HPA: `--horizontal-pod-autoscaler-downscale-stabilization`, 5 minutes. */
export const REACTIVE_STABILIZATION_SECONDS = 300;

/** Replay: with a forecast that vouches for the next minutes, the highest need of the last 60 s is enough. */
export const FORECAST_STABILIZATION_SECONDS = 60;

/** Replay: a removed pod must not be needed again for clamp(3 x lead, 300 s, what the forecast covers). */
export const PAYBACK_LEADS = 3;
export const PAYBACK_LEAST_SECONDS = 300;

/** How sure the payback window has to be: wrong costs one start-up of a pod, not a missed request, so less than p99. */
export const PAYBACK_PROBABILITY = 0.75;

/** A new leader knows neither the last changes nor the last needs; after one reactive window it does. */
export const FRESH_START_SECONDS = 300;

/** A rollout of a few minutes, and as long again until its pods are warm and their load is the usual one. */
export const RELEASE_FREEZE_SECONDS = 600;

/**
 * Replay: a plan is held beyond so many times the highest load of the last days. At 2 a trace of bursts waited for approval ten times a
 * day, and another, played from nothing, ran 0.27 points hotter; at 3 it is three times a day, and 0.02 points.
 */
export const HISTORY_TIMES = 3;

/** Two replicas more than were ever needed are never far outside. */
export const HISTORY_SLACK_REPLICAS = 2;

/** Long enough to be woken and look; what was asked for before that is old news. */
export const PLAN_SECONDS = 1800;

/** A need that outgrows a plan by so much makes another one. */
export const PLAN_GROWTH = 1.25;

/** Telemetry older than this many steps is missing; the flags of this many newest steps forbid scale-down. */
export const TELEMETRY_STEPS = 3;

/** Before a start was seen. Image pull and boot of a typical service; wrong on the safe side for most. */
export const DEFAULT_LEAD_SECONDS = 60;

/** Starts the p95 of the lead time is taken over; below the least, the default stays a lower bound. */
export const LEAD_STARTS = 50;
export const LEAD_LEAST_STARTS = 3;

/** A pod that needs longer than this has a problem that replicas do not solve; it is reported, not learned from. */
export const START_GIVEN_UP_SECONDS = 600;

/** A pod created later than this after an order was not created because of it. */
export const ORDER_WINDOW_SECONDS = 120;

/** Fewer requests per second than this make a p99 of a 15 s step that is just its slowest request. */
export const EVIDENCE_LEAST_RPS = 5;

/** Steps before capacity counts as known: 5 minutes at 15 s, the span of one reactive window. */
export const EVIDENCE_LEAST_STEPS = 20;

/** So many steps must have carried a rate before it is believed: one lucky step proves nothing. */
export const GOOD_STEPS = 5;

/** So many misses at a rate or below, net of what speaks against them, make the rate too much. */
export const MISSED_STEPS = 3;

/** Evidence of one rate counts at most this often, so that a change of the software is learned within minutes. */
export const EVIDENCE_MOST = 40;

/** What one miss leaves of the good evidence at its rate and above. */
export const GOOD_KEPT = 0.9;

/** What one good step leaves of the misses at its rate and below: 3 net misses stand from about 12 % missed steps on. */
export const MISSED_KEPT = 0.95;

/** Misses fade with this half-life also where no good step speaks against them: their cause may be gone. */
export const MISSED_HALF_LIFE_SECONDS = 6 * 3600;

/** A fleet that misses at less than this share of what it has carried is not short of replicas: something else is. */
export const ANCHOR_SHARE = 0.5;

/** What one such miss leaves of the anchor: half of it in about 3 hours of nothing but misses at 15 s. */
export const ANCHOR_KEPT = 0.999;

/** Steps after a pod became Ready in which a miss may be its cold start: 45 s at 15 s. */
export const SETTLING_STEPS = 3;

/** Rates are counted in bins this much apart, so the learned bound is at most this much too low. */
export const RATE_BIN = 1.02;

/**
 * And by at least this where the percentile is under half of the threshold: a queue that reaches the threshold at a use of 0.92 is
 * at half of it at 0.84, and 8 % more than that stays below 0.92.
 */
export const REACH_LEAST = 1.085;

/** A rate that was carried is exceeded by no more than this, however idle the replicas seem: then it is looked at again. */
export const REACH_MOST = 1.25;

/** But a replica with 0.1 requests inside is at most 10 % busy, so that seven times the rate leaves it at most 70 % busy. */
export const SURE_USE = 0.7;

/** A bound is told apart from what was really carried when that is below this share of it: two bins. */
export const CARRIED_SHARE = 0.97;

/** Fewer requests inside all replicas than this is not a reading: it scatters by half of itself and more. */
export const GAUGE_LEAST = 5;

/** What was inside the replicas is averaged over so many steps: 10 minutes at 15 s. */
export const SATURATION_STEPS = 40;

/** Before it is known how the readings scatter, as a standard deviation of their logarithm. */
export const SATURATION_PRIOR_SPREAD = 0.2;

/** At so many times the threshold it is not the rate that is a little too high, a queue has built up. */
export const OVERLOAD = 4;

/** A queue of 10 s, as long as clients wait, is worked off within 100 s by replicas that are 90 % busy. */
export const AFTERMATH_STEPS = 8;

/** A miss at a rate so much below that of an overload just before may be its queue. */
export const AFTERMATH_SHARE = 0.95;

/** So many bins below a missed rate go on being believed: 6 % lower. */
export const RETREAT_BINS = 3;

/** A fleet that misses its objective before its capacity is known grows so: twice brings more than the double. */
export const BLIND_GROWTH = 1.5;

/** And so where a queue has built up. */
export const BLIND_GROWTH_OVERLOADED = 2;

/** Before capacity is known a load that rose by less is not followed: the HPA's tolerance. */
export const FIRST_TOLERANCE = 1.1;

/** If an eighth of the load per replica is missed just so, it is not for want of replicas. */
export const BLIND_GROWTH_MOST = 8;

/** A miss that has faded to less than this no longer says where the objective was missed. */
export const MISSED_COUNTS = 0.5;

/**
 * A change by somebody else within this time of ours undid ours, and after the second within an hour nothing is written
 * for as long. GitOps tools revert within their sync interval: 3 min (Argo CD) to 10 min (Flux) by default.
 */
export const UNDONE_SECONDS = 600;
export const UNDONE_REMEMBERED_SECONDS = 3600;
/** A person changes a number once; who does it twice goes on doing it. */
export const UNDONE_TOLERATED = 1;

/** Kubernetes' HPA: `--horizontal-pod-autoscaler-tolerance`, for every signal but the request rate. */
export const SIGNAL_TOLERANCE = 0.1;

/** CPU and work in flight follow the forecast of requests upwards, this far: more would be a guess about another curve. */
export const GROWTH_MOST = 3;

/** A rate that fell to this share of the last ten minutes' middle is doubted while errors are up, or above it no longer. */
export const DOUBT_FALL = 0.5;

/** One that fell to this share is doubted while CPU or work in flight still has DOUBT_STANDS of its own middle. */
export const DOUBT_CERTAIN_FALL = 0.25;
export const DOUBT_STANDS = 0.75;

/** Errors that are no nuisance any more, unless they are usual: then twice as many. */
export const DOUBT_ERRORS = 0.1;

/** Two minutes at 15 s make a middle. */
export const DOUBT_LEAST_STEPS = 8;

/** Somebody has looked by then, or the load is what it seems: it must not be paid for for ever. */
export const DOUBT_SECONDS = 3600;
