import { any, envoy, type MessageTypes } from '../proto/index.js';
import type { Rate, SamplingModel } from '../routing/index.js';
import { EXTENSIONS } from './names.js';

type Extension = envoy.config.core.v3.TypedExtensionConfig;
type Expression = MessageTypes['cel.expr.Expr'];

/**
 * Decides whether a request is traced. Recorded traces are followed by Envoy's own `parent_based` sampler, which cannot thin them: where that is asked
 * for, an expression stands in.
 */
export function sampler({ rate, ofRecordedTraces }: SamplingModel): Extension {
  if (ofRecordedTraces === undefined) return ofTraceId(rate);
  return isAll(ofRecordedTraces) ? parentBased(ofTraceId(rate)) : thinning(rate, ofRecordedTraces);
}

function isAll({ numerator, denominator }: Rate): boolean {
  return numerator >= denominator;
}

function parentBased(wrappedSampler: Extension): Extension {
  return {
    name: EXTENSIONS.parentBasedSampler,
    typedConfig: any('envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig', {
      wrappedSampler,
    }),
  };
}

const MILLION = 1_000_000;

/** By the trace's id, so that all hops with one rate agree; a new trace has a random one. What is asked for never vanishes by rounding. */
function ofTraceId({ numerator, denominator }: Rate): Extension {
  const share = numerator === 0 ? 0 : Math.max(1, Math.round((numerator / denominator) * MILLION));
  return {
    name: EXTENSIONS.traceIdSampler,
    typedConfig: any('envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig', {
      samplingPercentage: {
        numerator: share,
        denominator: envoy.type.v3.FractionalPercent.DenominatorType.MILLION,
      },
    }),
  };
}

/**
 * Of requests with a `traceparent` (`00-<trace id, 32 digits>-<span id, 16>-<flags, 2>`), those whose trace is recorded and whose trace id is below the
 * rate; of others, those whose request id (a UUID 4) is. It is the last digits of both that are random for sure (W3C Trace Context level 2). A
 * request's id is a new one unless a proxy in front gave it.
 */
function thinning(rate: Rate, ofRecordedTraces: Rate): Extension {
  const { call, matches, select, text } = expressions();
  const header = (): Expression => call('_[_]', select('request', 'headers'), text('traceparent'));
  const hasParent = call('@in', text('traceparent'), select('request', 'headers'));
  const expression = call(
    '_?_:_',
    hasParent,
    call('_&&_', matches(header(), '[13579bdf]$'), matches(header(), `^\\C{27}${below(ofRecordedTraces)}`)),
    matches(select('request', 'id'), `^\\C{28}${below(rate)}`),
  );
  return {
    name: EXTENSIONS.expressionSampler,
    typedConfig: any('envoy.extensions.tracers.opentelemetry.samplers.v3.CELSamplerConfig', {
      expression: { celExprParsed: { expr: expression } },
    }),
  };
}

const DIGITS = '0123456789abcdef';
/** Hexadecimal digits that are looked at. */
const LENGTH = 8;

/**
 * RE2 of the beginning of eight hexadecimal digits that are less than this share of all of them. Envoy takes no expression of more than a hundred
 * instructions.
 */
export function below({ numerator, denominator }: Rate): string {
  const limit = (BigInt(numerator) << 32n) / BigInt(denominator);
  if (limit >= 1n << 32n) return '';
  const digits = limit.toString(16).padStart(LENGTH, '0');
  const smaller = Array.from({ length: LENGTH }, (_, i) => i).flatMap((i) => {
    const digit = digits.charAt(i);
    const before = DIGITS.slice(0, DIGITS.indexOf(digit));
    return before === '' ? [] : [`${digits.slice(0, i)}[${before}]`];
  });
  // What nothing is below is a class without members.
  return smaller.length === 0 ? '[^\\s\\S]' : `(?:${smaller.join('|')})`;
}

interface Expressions {
  readonly call: (name: string, ...args: readonly Expression[]) => Expression;
  readonly matches: (target: Expression, regex: string) => Expression;
  readonly select: (ident: string, field: string) => Expression;
  readonly text: (value: string) => Expression;
}

/** Makes the nodes of one expression: Envoy wants each to have an id of its own. */
function expressions(): Expressions {
  let last = 0;
  const id = (): number => {
    last += 1;
    return last;
  };
  const text = (value: string): Expression => ({ id: id(), constExpr: { stringValue: value } });
  return {
    call: (name, ...args) => ({ id: id(), callExpr: { function: name, args } }),
    matches: (target, regex) => ({
      id: id(),
      callExpr: { target, function: 'matches', args: [text(regex)] },
    }),
    select: (ident, field) => ({
      id: id(),
      selectExpr: { operand: { id: id(), identExpr: { name: ident } }, field },
    }),
    text,
  };
}
