import type { GatewayStatus, ListenerStatus, ObjectStatus } from '../../status/index.js';
import type { EnvoyView, FleetView, StreamView } from '../view.js';
import { conditions } from './conditions.js';
import { html, type Html } from './html.js';

/** Each Gateway: its state, its listeners, who serves it. Then each ListenerSet. */
export function gateways(statuses: readonly ObjectStatus[], fleets: readonly FleetView[]): Html {
  const all = statuses.filter((status) => status.kind === 'Gateway');
  const sets = statuses.filter((status) => status.kind === 'ListenerSet');
  if (all.length === 0) return html`<p class="faint">No Gateway of class windlass.</p>`;
  return html`${all.map(({ ref, status }) => {
    const id = `${ref.namespace}/${ref.name}`;
    return gateway(
      id,
      status,
      fleets.find(({ fleet }) => fleet === id),
    );
  })}${sets.map(({ ref, status }) => {
    const id = `${ref.namespace}/${ref.name}`;
    return html`<h3>ListenerSet ${id}</h3>
      <p>${conditions(status.conditions)}</p>
      ${listenerTable(status.listeners, (name) => portAt(`${id}/${name}`, fleets))}`;
  })}`;
}

function gateway(id: string, status: GatewayStatus, fleet: FleetView | undefined): Html {
  const addresses = status.addresses.map(({ value }) => value).join(', ');
  return html`<h3>Gateway ${id} <span class="faint">${addresses}</span></h3>
    <p>${conditions(status.conditions)}</p>
    ${listenerTable(status.listeners, (name) => portAt(name, fleet === undefined ? [] : [fleet]))}
    ${fleet === undefined ? '' : proxies(fleet)}`;
}

function listenerTable(listeners: readonly ListenerStatus[], portOf: (name: string) => string): Html {
  return html`<div class="scroll">
    <table>
      <tr>
        <th>Listener</th>
        <th>Port</th>
        <th>Routes</th>
        <th>Conditions</th>
      </tr>
      ${listeners.map(
        (listener) =>
          html`<tr>
            <td>${listener.name}</td>
            <td>${portOf(listener.name)}</td>
            <td>${listener.attachedRoutes}</td>
            <td>${conditions(listener.conditions)}</td>
          </tr>`,
      )}
    </table>
  </div>`;
}

/** @param listener its name in the Gateway */
function portAt(listener: string, fleets: readonly FleetView[]): string {
  const found = fleets.flatMap(({ ports }) => ports.filter(({ listeners }) => listeners.includes(listener)));
  return found
    .map(({ port, bindPort }) => (port === bindPort ? String(port) : `${port} (bound: ${bindPort})`))
    .join(', ');
}

function proxies({ fleet, resources, envoys, streams }: FleetView): Html {
  const counts = Object.entries(resources).map(([type, count]) => `${type} ${count}`);
  return html`<p class="faint">
      Configuration: ${counts.join(', ')} – <a href="/config?fleet=${encodeURIComponent(fleet)}">config</a>,
      <a href="/envoy/${fleet}/stats/prometheus">Envoy metrics</a>
    </p>
    <div class="scroll">
      <table>
        <tr>
          <th>Envoy</th>
          <th>State</th>
          <th>Detail</th>
        </tr>
        ${envoys.map(processRow)}${streams.map(streamRow)}
      </table>
    </div>`;
}

function processRow({ pid, state, detail }: EnvoyView): Html {
  return html`<tr>
    <td>process ${pid ?? ''}</td>
    <td>${state}</td>
    <td>${detail}</td>
  </tr>`;
}

function streamRow({ node, version, protocol, connectedAt, current, refused, rejected }: StreamView): Html {
  const state =
    refused !== '' ? 'refused' : rejected.length > 0 ? 'rejected' : current ? 'current' : 'pending';
  const words = rejected.map(({ type, name, message }) => `${type} ${name}: ${message}`).join('; ');
  return html`<tr>
    <td>stream of <code>${node}</code></td>
    <td class="${state === 'current' ? 'good' : state === 'pending' ? 'warn' : 'bad'}">${state}</td>
    <td>
      Envoy ${version}, ${protocol}, since
      ${connectedAt}${refused === '' ? '' : html`<br />${refused}`}${words === '' ? '' : html`<br />${words}`}
    </td>
  </tr>`;
}
