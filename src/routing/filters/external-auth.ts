import { translateExternalAuth } from '../external-auth.js';
import type { FilterRule } from './filter.js';

/** A server that cannot be had lets nothing pass: what the filter acts on answers an error. Source: Gateway API, HTTPExternalAuthFilter. */
export const externalAuth: FilterRule<'ExternalAuth'> = ({ externalAuth: filter }, context) => {
  const translated = translateExternalAuth(filter, context);
  switch (translated.kind) {
    case 'auth':
      return { auth: translated.auth };
    case 'refused':
      return translated.refusal;
    case 'unresolved':
      return { authFault: translated.refusal, unresolved: [translated.refusal] };
  }
};
