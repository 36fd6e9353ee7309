import { buildSnapshot } from '../build.js';
import type { Outgoing } from '../push.js';
import { referencesOfSection } from '../references.js';
import type { Resource, Section } from '../resource.js';
import type { Protocol } from '../stream-state.js';
import { answering, CLUSTERS, formsOf, HOSTS, sectionOf, tableOf, textOf, type World } from './host-world.js';
import type { Manner, ModelClient } from './model-client.js';
import { LIMITS, type ModelFleet } from './model-fleet.js';
import { ModelWorld } from './model-world.js';
import { resource } from './resources.js';

/** A client as Envoy is one, and an observer that sees every response as it is written. */
export class ObservedClient {
  readonly model: ModelWorld;
  sentTables = 0;
  #wanted: Resource | undefined;
  #sent: Resource | undefined;
  /** Since when the server knows nothing of the client's table, so that it waits as a whole. */
  #unknownSince: number | undefined = 0;
  readonly #allowed = new Map([...HOSTS.keys()].map((name) => [name, new Set<string>()]));
  /** Host → since when it has not been sent as it is wanted. */
  readonly #unsettled = new Map<string, number>();
  readonly #clusterSent = new Map<string, number>();
  /** Cluster → since when no snapshot has had it. */
  readonly #unwanted = new Map<string, number>();
  readonly #rejects: boolean;

  constructor(protocol: Protocol, rejects = false) {
    this.#rejects = rejects;
    this.model = new ModelWorld(protocol, []);
    this.client.subscribe('cluster', '*');
    this.client.subscribe('listener', '*');
    this.client.subscribe('routes', 't');
  }

  get client(): ModelClient {
    return this.model.client;
  }

  get fleet(): ModelFleet {
    return this.model.fleet;
  }

  setWorld(next: World): void {
    const wanted = tableOf(next);
    const clusters = new Set(wanted.sections.flatMap((section) => referencesOfSection(section, 'cluster')));
    const needed = [...clusters].flatMap((name) => [resource('cluster', name), resource('endpoints', name)]);
    this.fleet.setSnapshot(
      buildSnapshot('fleet', [...needed, resource('listener', 'l', next.edition), wanted], (permit) =>
        next.granted.includes(permit),
      ),
    );
    this.#wanted = wanted;
    for (const name of CLUSTERS) {
      if (clusters.has(name)) this.#unwanted.delete(name);
      else if (!this.#unwanted.has(name)) this.#unwanted.set(name, this.fleet.now);
    }
    for (const [name, allowed] of this.#allowed) {
      for (const form of formsOf(answering(wanted, name))) allowed.add(form);
    }
    this.#note();
  }

  /** The server writes what may be sent. */
  push(most?: number): void {
    for (const outgoing of this.client.push(most)) this.#check(outgoing);
  }

  /** Reads and answers one response, and asks for the endpoints of the clusters that the client then has. */
  read(manner: Manner): boolean {
    const { client } = this;
    const read = client.read(manner);
    client.answer();
    for (const name of CLUSTERS) {
      const asks = client.isSubscribed('endpoints', name);
      const has = client.held('cluster').has(name) && !name.startsWith('dead');
      if (has && !asks) client.subscribe('endpoints', name);
      if (asks && !has) client.unsubscribe('endpoints', name);
    }
    return read;
  }

  reconnect(): void {
    this.client.reconnect('true');
    // What was on its way is lost.
    this.#sent = this.#inUse();
    for (const name of this.client.held('cluster').keys())
      if (!this.#clusterSent.has(name)) this.#clusterSent.set(name, this.fleet.now);
    if (this.client.protocol === 'sotw' || this.#sent === undefined) this.#unknownSince = this.fleet.now;
  }

  #check({ type, resources, removed }: Outgoing): void {
    const names = resources.map(({ name }) => name);
    if (type === 'cluster') this.#noteClusters(names, removed);
    const content = type === 'routes' ? resources[0] : undefined;
    if (content === undefined) return;
    this.sentTables += 1;
    const granted = this.fleet.view.snapshot?.permitted;
    const revoked = content.sections.flatMap(({ parts }) =>
      parts.flatMap(({ permits = [] }) => permits.filter((permit) => granted?.(permit) !== true)),
    );
    if (revoked.length > 0)
      throw new Error(`${revoked.join()} is revoked, and still served: ${textOf(content)}`);
    if (this.#rejects) return;
    for (const name of HOSTS.keys()) {
      this.#checkReady(sectionOf(content, name), name);
      const late = [name, ...(HOSTS.get(name) ?? [])].some((each) => this.#isHostLate(each));
      const form = answering(content, name)?.hash ?? 'none';
      const asBefore = formsOf(answering(this.#sent, name)).includes(form);
      if (!late && !asBefore && this.#allowed.get(name)?.has(form) !== true)
        throw new Error(
          `${name} answers as in no snapshot: ${textOf(content)}, wanted ${textOf(this.#wanted)}`,
        );
    }
    this.#sent = content;
    this.#unknownSince = undefined;
    this.#note(true);
  }

  #checkReady(section: Section | undefined, name: string): void {
    if (section === undefined || formsOf(sectionOf(this.#sent, name)).includes(section.hash)) return;
    if (this.#isHostLate(name)) return;
    for (const cluster of referencesOfSection(section, 'cluster')) {
      if (!this.#isReady(cluster) && !this.#isLate(this.#clusterSent.get(cluster)))
        throw new Error(`${name} names ${cluster}, which is not ready`);
    }
  }

  #noteClusters(sent: readonly string[], removed: readonly string[]): void {
    const gone =
      this.client.protocol === 'sotw'
        ? [...this.#clusterSent.keys()].filter((name) => !sent.includes(name))
        : removed;
    for (const name of gone) {
      this.#clusterSent.delete(name);
      this.#checkUnused(name);
    }
    for (const name of sent) if (!this.#clusterSent.has(name)) this.#clusterSent.set(name, this.fleet.now);
  }

  #inUse(): Resource | undefined {
    return this.client.held('routes').get('t');
  }

  /** The client serves it: it has it, and its endpoints. */
  #isReady(cluster: string): boolean {
    return this.client.held('cluster').has(cluster) && this.client.held('endpoints').has(cluster);
  }

  /** A cluster that goes is named neither by the table that the client uses nor by one on its way. */
  #checkUnused(cluster: string): void {
    if (this.fleet.now >= (this.#unwanted.get(cluster) ?? Infinity) + LIMITS.removalDeadlineMs) return;
    // State-of-the-world promises nothing over a reconnection.
    if (this.#unknownSince !== undefined) return;
    for (const content of [this.#inUse(), this.#sent]) {
      if (content?.sections.some((each) => referencesOfSection(each, 'cluster').includes(cluster)) === true)
        throw new Error(`${cluster} is removed, and still named: ${textOf(content)}`);
    }
  }

  /** A host that comes to be as it was sent before the server looks has waited all the time. */
  #note(sent = false): void {
    for (const name of HOSTS.keys()) {
      const settled = sectionOf(this.#sent, name)?.hash === sectionOf(this.#wanted, name)?.hash;
      if (!settled && !this.#unsettled.has(name)) this.#unsettled.set(name, this.fleet.now);
      if (settled && sent) this.#unsettled.delete(name);
    }
  }

  #isHostLate(name: string): boolean {
    return this.#isLate(this.#unsettled.get(name)) || this.#isLate(this.#unknownSince);
  }

  #isLate(since: number | undefined): boolean {
    return since !== undefined && this.fleet.now >= since + LIMITS.readyDeadlineMs;
  }
}
