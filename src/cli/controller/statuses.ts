import { createEventRecorder } from '../../kubernetes/index.js';
import { notableChanges, StatusWriter, type StatusBook } from '../../status/index.js';
import type { ObjectRef } from '../../resources/index.js';
import { CONTROLLER_NAME } from '../names.js';
import type { ClusterContext } from './part.js';
import type { Pod } from './pod.js';

/** Statuses and events in the API server. */
export interface Statuses {
  readonly write: (book: StatusBook) => void;
  readonly seen: (ref: ObjectRef) => void;
  readonly lead: (isLeader: boolean) => void;
  readonly stop: () => void;
}

/** @param mayWrite whether this replica leads at this very moment */
export function openStatuses(
  { client, source, logger, metrics }: ClusterContext,
  pod: Pod,
  mayWrite: () => boolean,
): Statuses {
  const events = createEventRecorder({
    client,
    controller: CONTROLLER_NAME,
    instance: pod.name,
    logger,
    metrics,
  });
  const writer = new StatusWriter({
    client,
    controllerName: CONTROLLER_NAME,
    current: (ref) => source.object(ref),
    pathOf: (ref) => source.pathOf(ref),
    mayWrite,
    onWritten: ({ ref, server: { apiVersion, metadata }, before, after }) => {
      const regarding = { ref, apiVersion: apiVersion ?? '', uid: metadata.uid };
      for (const note of notableChanges(ref.kind, before, after, CONTROLLER_NAME))
        events.record(regarding, note);
    },
    logger,
    metrics,
  });
  return {
    write: (book) => writer.write(book),
    seen: (ref) => writer.seen(ref),
    lead: (isLeader) => writer.lead(isLeader),
    stop: () => {
      writer.stop();
      events.stop();
    },
  };
}
