import type { HttpHeader, HttpHeaderFilter } from '../../resources/index.js';
import { firstOfEachName, headerValueFault, modifiableHeaderFault } from '../headers.js';
import type { HeaderModifier, Refusal } from '../model.js';
import { refusal } from '../refusals.js';

// Source: Gateway API, HTTPHeaderFilter. One header in two actions is undefined there; here, as in Envoy: remove, then set, then add.

/** @param at field path of the modifier */
export function translateHeaderModifier(filter: HttpHeaderFilter, at: string): HeaderModifier | Refusal {
  const set = firstOfEachName(filter.set ?? [], (name) => name.toLowerCase());
  const add = firstOfEachName(filter.add ?? [], (name) => name.toLowerCase());
  const remove = filter.remove ?? [];
  const fault =
    headersFault(set, `${at}.set`) ?? headersFault(add, `${at}.add`) ?? removalsFault(remove, `${at}.remove`);
  if (fault !== undefined) return fault;
  return {
    set: set.map(lowerCase),
    add: add.map(lowerCase),
    remove: [...new Set(remove.map((name) => name.toLowerCase()))],
  };
}

function headersFault(headers: readonly HttpHeader[], at: string): Refusal | undefined {
  for (const { name, value } of headers) {
    const fault = modifiableHeaderFault(name) ?? headerValueFault(value);
    if (fault !== undefined) return refusal('UnsupportedValue', fault, at);
  }
  return undefined;
}

function removalsFault(names: readonly string[], at: string): Refusal | undefined {
  const fault = names.map(modifiableHeaderFault).find((f) => f !== undefined);
  return fault === undefined ? undefined : refusal('UnsupportedValue', fault, at);
}

const lowerCase = ({ name, value }: HttpHeader): HttpHeader => ({ name: name.toLowerCase(), value });
