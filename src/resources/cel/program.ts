import { isCelError, parse, plan, type CelValue } from '@bufbuild/cel';
import type { ValidationRule } from '../schema/schema.js';
import { environment } from './environment.js';

/** One rule, parsed and planned once. */
export interface Program {
  readonly rule: ValidationRule;
  /** A transition rule speaks about the state before, so it says nothing about an object that is new. */
  readonly transition: boolean;
  /** The fault's message, or undefined when the rule holds. */
  readonly violation: (self: CelValue) => string | undefined;
}

const programs = new WeakMap<ValidationRule, Program>();

/** The program of a rule, compiled when it is first asked for. Throws the parser's error on one that is not CEL. */
export function programOf(rule: ValidationRule): Program {
  const known = programs.get(rule);
  if (known !== undefined) return known;
  const program = compile(rule);
  programs.set(rule, program);
  return program;
}

function compile(rule: ValidationRule): Program {
  const holds = plan(environment, parse(rule.rule));
  const message = messageOf(rule);
  return {
    rule,
    transition: /\boldSelf\b/.test(rule.rule) && rule.optionalOldSelf !== true,
    violation: (self) => {
      const result = holds({ self });
      if (result === true) return undefined;
      const said = message(self);
      return isCelError(result) ? `${said} (the rule cannot be evaluated: ${result.message})` : said;
    },
  };
}

/** As the API server does: the message expression if it yields a text, else the message, else the rule itself. */
function messageOf({ rule, message, messageExpression }: ValidationRule): (self: CelValue) => string {
  const fixed = message ?? `failed rule: ${rule.trim()}`;
  if (messageExpression === undefined) return () => fixed;
  const expression = plan(environment, parse(messageExpression));
  return (self) => {
    const said = expression({ self });
    return typeof said === 'string' && said.trim() !== '' ? said : fixed;
  };
}
