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
 * Of requests with a `traceparent`, those whose trace is recorded and whose trace id is below the rate; of others, those whose request id is. Both ends
 * of these ids are random (W3C Trace Context level 2; UUID 4), and the beginning is not. The request's id is a new one unless a trusted proxy gave it.
 */
function thinning(rate: Rate, ofRecordedTraces: Rate): Extension {
  const header = call('_[_]', select('request', 'headers'), text('traceparent'));
  const hasParent = call('@in', text('traceparent'), select('request', 'headers'));
  const expression = call(
    '_?_:_',
    hasParent,
    matches(header, `^..-[0-9a-f]{24}${below(ofRecordedTraces)}-[0-9a-f]{16}-[0-9a-f][13579bdf]$`),
    matches(select('request', 'id'), `${below(rate)}$`),
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

/** RE2 of the eight hexadecimal digits that are less than this share of all of them. */
export function below({ numerator, denominator }: Rate): string {
  const limit = (BigInt(numerator) << 32n) / BigInt(denominator);
  if (limit >= 1n << 32n) return `[0-9a-f]{${LENGTH}}`;
  const digits = limit.toString(16).padStart(LENGTH, '0');
  const smaller = [...digits].flatMap((digit, i) => {
    const before = DIGITS.slice(0, DIGITS.indexOf(digit));
    const rest = LENGTH - 1 - i;
    return before === '' ? [] : [`${digits.slice(0, i)}[${before}]${rest === 0 ? '' : `[0-9a-f]{${rest}}`}`];
  });
  // What nothing is below is a class without members.
  return smaller.length === 0 ? '[^\\s\\S]' : `(?:${smaller.join('|')})`;
}

function matches(target: Expression, regex: string): Expression {
  return { callExpr: { target, function: 'matches', args: [text(regex)] } };
}

function call(name: string, ...args: readonly Expression[]): Expression {
  return { callExpr: { function: name, args } };
}

function select(ident: string, field: string): Expression {
  return { selectExpr: { operand: { identExpr: { name: ident } }, field } };
}

function text(value: string): Expression {
  return { constExpr: { stringValue: value } };
}
