import { displayDiagnostic, type Diagnostic } from '../../sources/index.js';
import type { DebugView } from '../view.js';
import { conditions } from './conditions.js';
import { gateways } from './gateways.js';
import { html, type Html } from './html.js';
import { routes } from './routes.js';
import { STYLE } from './style.js';
import { timeline } from './timeline.js';

const REFRESH_SECONDS = 5;
const CHANGES = 20;

/** The whole page, self-contained: no script, nothing loaded from elsewhere; it reloads itself. */
export function page(view: DebugView, now: Date): string {
  const statuses = view.statuses();
  const classes = statuses.filter((status) => status.kind === 'GatewayClass');
  const body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta http-equiv="refresh" content="${REFRESH_SECONDS}" />
        <title>Windlass</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <header>
          <h1>Windlass ${view.version}</h1>
          <span class="faint">${view.ready() ? 'ready' : 'starting'} – ${now.toISOString()}</span>
          <nav>
            <a href="/config">config</a><a href="/fleets">fleets</a><a href="/status">status</a
            ><a href="/timeline">timeline</a><a href="/metrics">metrics</a>
          </nav>
        </header>
        ${faults(view.diagnostics())}
        ${classes.map(
          ({ ref, status }) =>
            html`<h2>GatewayClass ${ref.name}</h2>
              <p>${conditions(status.conditions)}</p>`,
        )}
        <h2>Gateways</h2>
        ${gateways(statuses, view.fleets())}
        <h2>Routes</h2>
        ${routes(statuses)}
        <h2>Latest changes</h2>
        ${timeline(view.timeline(CHANGES))}
      </body>
    </html> `;
  return body.markup;
}

function faults(diagnostics: readonly Diagnostic[]): Html {
  if (diagnostics.length === 0) return html``;
  return html`<h2>In the files</h2>
    ${diagnostics.map((diagnostic) => html`<p class="${diagnostic.severity === 'error' ? 'bad' : 'warn'}"><code>${displayDiagnostic(diagnostic)}</code></p>`)}`;
}
