import type { Decision, Verdict } from './decision.ts';
import { replicasText } from './figures.ts';
import { changes, holdsOff, noticeOthers, noticeUndone, remember } from './memory.ts';
import type { Memory, Observation, Plan } from './observation.ts';
import { standingPlan } from './plan.ts';
import { type Rule, type Ruling, says } from './rule.ts';
import { type RuleBook, rules } from './rules.ts';
import { leadingSignal } from './signal.ts';
import { assess, type Situation } from './situation.ts';

/**
 * How many replicas, and why. Pure: the same observation gives the same decision, and nothing in it is changed.
 *
 * 10 replicas; p99 in the lead time + 2 steps (60 s) is 840 requests/s, one replica carries 75; the load is 600
 * requests/s now; min 2, max 20, mode Automatic
 * max(ceil(840 / 75), ceil(600 / 75)) = 12, more than 5 % above 10
 * -> 12, ForecastDemand
 */
export function decide(observation: Observation, book: RuleBook = rules): Decision {
  const { target } = observation;
  if (target === undefined || !isCount(target.replicas)) return withoutTarget(observation);
  const { nowMs } = observation;
  const memory = noticeOthers(noticeUndone(observation.memory, target, nowMs), target.replicas, nowMs);
  const situation = assess({ ...observation, memory }, target);
  const opening = says(target.replicas, 'Steady', 'nothing asks for a change');
  const need = follow(needRules(book, situation), situation, opening);
  const restraint = follow(book.restraint, situation, need.word);
  const permission = follow(book.permission, situation, restraint.word);
  const { replicas, reason, message } = permission.word;
  const act = replicas !== target.replicas;
  return {
    replicas,
    recommended: restraint.word.replicas,
    act,
    reason,
    message: `${replicasText(replicas)}: ${message}`,
    ...(situation.signals.length === 0 ? {} : { signal: leadingSignal(situation.signals, need.trace) }),
    trace: [...need.trace, ...restraint.trace, ...permission.trace],
    memory: remembered(situation, need.word.replicas, replicas, restraint.plan),
  };
}

/** What has no bearing is not in the trace. */
function needRules(book: RuleBook, { signals, doubt }: Situation): readonly Rule[] {
  if (signals.length === 0 && doubt === undefined) return book.need;
  return [
    ...book.need,
    ...(doubt === undefined ? [] : book.doubt),
    ...(signals.length === 0 ? [] : book.signals),
  ];
}

/** Applies rules in order; the last one that spoke has the last word. */
function follow(list: readonly Rule[], situation: Situation, opening: Ruling) {
  const trace: Verdict[] = [];
  let word = opening;
  let plan: Plan | undefined;
  for (const rule of list) {
    if (rule.bears?.(situation) === false) continue;
    const ruling = rule.apply(situation, word);
    const { plan: made, ...said } = ruling;
    trace.push({ rule: rule.name, ...said });
    if (ruling.speaks) word = said;
    plan = made ?? plan;
  }
  return { word, trace, plan };
}

function remembered(situation: Situation, needed: number, asked: number, made: Plan | undefined): Memory {
  const { observation, current } = situation;
  // One that was not called upon now may be again in a moment.
  const plan = made ?? standingPlan(observation, current);
  const { memory, nowMs } = observation;
  return {
    sinceMs: memory.sinceMs,
    ...(memory.undone ? { undone: memory.undone } : {}),
    ...(situation.doubt ? { doubt: situation.doubt } : {}),
    ...(asks(situation) ? { askedReplicas: asked } : {}),
    ...(plan ? { plan } : {}),
    ...changes(memory),
    ...(asked > current ? { lastUpMs: nowMs } : {}),
    ...(asked < current ? { lastDownMs: nowMs } : {}),
    recommendations: remember(memory, { atMs: nowMs, replicas: needed }),
  };
}

/** In Shadow and Advisory, or beside another scaler, somebody else scales, and what they do says nothing about the need. */
function asks({ observation: { spec, memory, nowMs }, target }: Situation): boolean {
  const acting = spec.mode === 'Assisted' || spec.mode === 'Automatic';
  return acting && !target.rivals?.length && holdsOff(memory, nowMs) === undefined;
}

function withoutTarget({ spec, target, workload, memory }: Observation): Decision {
  const { apiVersion, kind, name } = spec.scaleTargetRef;
  const unread = apiVersion === 'apps/v1' ? '' : ', or has no scale that Foresail may read,';
  const message =
    target === undefined
      ? `scaleTargetRef names ${kind} ${name}, which does not exist${unread} in namespace ${workload.namespace}`
      : `${kind} ${name} has ${target.replicas} replicas, which must be a whole number of at least 0`;
  const replicas = spec.minReplicas;
  const verdict: Verdict = { rule: 'target', speaks: true, replicas, reason: 'TargetMissing', message };
  return {
    replicas,
    recommended: replicas,
    act: false,
    reason: 'TargetMissing',
    message,
    trace: [verdict],
    memory,
  };
}

function isCount(replicas: number): boolean {
  return Number.isInteger(replicas) && replicas >= 0;
}
