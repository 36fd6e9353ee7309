import { displayRef } from '../../resources/index.js';
import type { ObjectStatus, ParentStatus } from '../../status/index.js';
import { conditions, isGood } from './conditions.js';
import { html, type Html } from './html.js';

/** A page with more rows is read by nobody, and refreshed at a cost; what is wrong comes first, so nothing of interest is cut. */
const MOST = 500;

interface Row {
  readonly route: string;
  readonly parent: ParentStatus;
}

export function routes(statuses: readonly ObjectStatus[]): Html {
  const rows = statuses.flatMap((status) =>
    'parents' in status.status
      ? status.status.parents.map((parent) => ({
          route: displayRef(status.ref),
          parent,
        }))
      : [],
  );
  if (rows.length === 0) return html`<p class="faint">No route names one of these Gateways.</p>`;
  const [good, bad] = [true, false].map((wanted) => rows.filter((row) => isFine(row) === wanted));
  const ordered = [...(bad ?? []), ...(good ?? [])];
  const rest = ordered.length - MOST;
  return html`<div class="scroll">
      <table>
        <tr>
          <th>Route</th>
          <th>Parent</th>
          <th>Conditions</th>
        </tr>
        ${ordered.slice(0, MOST).map(row)}
      </table>
    </div>
    ${rest > 0 ? html`<p class="faint">…and ${rest} more, all fine or at <a href="/status">/status</a>.</p>` : ''}`;
}

function isFine({ parent }: Row): boolean {
  return parent.conditions.every(isGood);
}

function row({ route, parent }: Row): Html {
  const { namespace, name, sectionName, port } = parent.parentRef;
  const gateway = `${namespace === undefined ? '' : `${namespace}/`}${name}`;
  const place = `${sectionName === undefined ? '' : ` listener ${sectionName}`}${port === undefined ? '' : ` port ${port}`}`;
  return html`<tr>
    <td>${route}</td>
    <td>${gateway}${place}</td>
    <td>${conditions(parent.conditions)}</td>
  </tr>`;
}
