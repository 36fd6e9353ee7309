import type { FleetEntry, TimelineEntry } from '../timeline-entry.js';
import { html, type Html } from './html.js';

/** The latest changes: what changed, and how far it has come. */
export function timeline(entries: readonly TimelineEntry[]): Html {
  if (entries.length === 0) return html`<p class="faint">Nothing has changed yet.</p>`;
  return html`<div class="scroll">
    <table>
      <tr>
        <th>Time</th>
        <th>Changed</th>
        <th>Became</th>
      </tr>
      ${entries.map(
        ({ at, objects, objectsOmitted, fleets }) =>
          html`<tr>
            <td>${at}</td>
            <td>
              ${objects.map(({ change, object, generation }, i) => {
                const of = generation === undefined ? '' : ` generation ${generation}`;
                return html`${i === 0 ? '' : ', '}${object} ${change}${of}`;
              })}${objectsOmitted === 0 ? '' : ` and ${objectsOmitted} more`}
            </td>
            <td>
              ${fleets.length === 0 ? html`<span class="faint">no new configuration</span>` : fleets.map(became)}
            </td>
          </tr>`,
      )}
    </table>
  </div>`;
}

function became({ fleet, changed, sent, accepted, rejected, lastAckMs }: FleetEntry): Html {
  const parts = Object.entries(changed).map(([type, count]) => `${type} ${count}`);
  const last = lastAckMs === undefined ? '' : `, the last after ${Math.round(lastAckMs)} ms`;
  const answers = `${sent} pushed, ${accepted} acknowledged${last}`;
  const bad = rejected === 0 ? html`` : html` <span class="bad">${rejected} rejected</span>`;
  return html`<div>${fleet}: ${parts.join(', ')}; ${answers}${bad}</div>`;
}
