import { authFilter } from './auth.js';
import { SET } from './listener-objects.js';
import type { BackendWorld, RouteWorld, RuleWorld } from './world.js';

export function routeObject({ kind, name, namespace, hostnames, parent, rules }: RouteWorld): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      parentRefs: parentsOf(parent),
      hostnames,
      rules: rules.map(kind === 'HTTPRoute' ? ruleObject : callRuleObject),
    },
  };
}

function parentsOf(parent: RouteWorld['parent']): readonly object[] {
  const gateway = { name: 'edge', namespace: 'default' };
  const set = { ...SET, group: 'gateway.networking.k8s.io', kind: 'ListenerSet' };
  if (parent === undefined) return [gateway, set];
  return parent === 'set' ? [set] : [{ ...gateway, sectionName: parent }];
}

function ruleObject({ prefix, filter, timeout, auth, session, retries, backends }: RuleWorld): object {
  return {
    ...(prefix !== undefined && { matches: [{ path: { type: 'PathPrefix', value: prefix } }] }),
    ...(timeout && { timeouts: { request: '10s' } }),
    ...(session && { sessionPersistence: { type: 'Cookie', cookie: { name: 'pin' } } }),
    ...(retries && { retry: { attempts: 2, codes: [502], backoff: '5ms' } }),
    filters: [...(auth === undefined ? [] : [authFilter('rule', auth)]), ...filterObjects(filter)],
    backendRefs:
      filter === 'redirect'
        ? []
        : backends.map((backend, index) => ({
            ...backendObject(backend),
            ...(filter === 'own' && index === 0 && { filters: [hostRewrite('own.test')] }),
          })),
  };
}

function callRuleObject({ prefix, filter, backends }: RuleWorld): object {
  const [, service, method] = prefix?.split('/') ?? [];
  return {
    ...(service !== undefined && {
      matches: [{ method: { service, ...(method !== undefined && { method }) } }],
    }),
    filters: filter === 'header' || filter === 'mirror' ? filterObjects(filter) : [],
    backendRefs: backends.map(backendObject),
  };
}

function backendObject({ kind, service, namespace, port, weight }: BackendWorld): object {
  return kind === 'XBackend'
    ? { group: 'gateway.networking.x-k8s.io', kind, name: service, weight }
    : { name: service, namespace, port, weight };
}

function hostRewrite(hostname: string): object {
  return { type: 'URLRewrite', urlRewrite: { hostname } };
}

function filterObjects(filter: RuleWorld['filter']): readonly object[] {
  switch (filter) {
    case 'none':
    case 'own':
      return [];
    case 'header':
      return [
        { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-mark', value: 'set' }] } },
      ];
    case 'rewrite':
      return [
        {
          type: 'URLRewrite',
          urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } },
        },
      ];
    case 'host':
      return [hostRewrite('inner.test')];
    case 'mirror':
      // The Service comes and goes: at times there is nothing to mirror to.
      return [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'cart', port: 80 } } }];
    case 'cors':
      return [{ type: 'CORS', cors: { allowOrigins: ['https://a.test'] } }];
    case 'redirect':
      return [{ type: 'RequestRedirect', requestRedirect: { hostname: 'else.test', statusCode: 302 } }];
  }
}
