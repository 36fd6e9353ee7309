import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './chart.js';

// What an API server writes down of the requests of ServiceAccounts, compared with the rules of a role. Source: audit.k8s.io/v1, rbac.authorization.k8s.io/v1.

/** One thing that may be done, as `update gateways.gateway.networking.k8s.io/status`. */
export type Permission = string;

export interface Audited {
  readonly used: ReadonlySet<Permission>;
  /** What was asked for and forbidden. */
  readonly forbidden: ReadonlySet<Permission>;
}

const LOG = 'audit.log';

/** Arguments of an API server that writes its audit log into the directory. */
export function auditArguments(directory: string): readonly string[] {
  const policy = join(directory, 'audit-policy.json');
  const rules = [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }];
  const omitStages = ['RequestReceived'];
  writeFileSync(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages, rules }));
  return ['--audit-policy-file', policy, '--audit-log-path', join(directory, LOG)];
}

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

/** What a user has done so far. @param directory of the API server */
export function audited(directory: string, user: string): Audited {
  const file = join(directory, LOG);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const used = new Set<Permission>();
  const forbidden = new Set<Permission>();
  for (const line of lines.filter((text) => text !== '')) {
    const event = JSON.parse(line) as AuditEvent;
    if (event.user.username !== user || event.objectRef === undefined) continue;
    const { resource, apiGroup = '', subresource } = event.objectRef;
    const permission = permissionOf(event.verb, apiGroup, resource + (subresource ? `/${subresource}` : ''));
    (event.responseStatus?.code === 403 ? forbidden : used).add(permission);
  }
  return { used, forbidden };
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Everything that the roles allow. */
export function granted(manifests: readonly Manifest[]): ReadonlySet<Permission> {
  const roles = manifests.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
  return new Set(
    roles
      .flatMap((role) => role['rules'] as readonly Rule[])
      .flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) => verbs.map((verb) => permissionOf(verb, group, resource))),
        ),
      ),
  );
}

function permissionOf(verb: string, group: string, resource: string): Permission {
  const [plural = '', subresource] = resource.split('/');
  const full = group === '' ? plural : `${plural}.${group}`;
  return `${verb} ${full}${subresource === undefined ? '' : `/${subresource}`}`;
}
