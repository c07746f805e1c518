import { familiesOf } from './family.js';

const { gauge, counter } = familiesOf('container');
const known = 'For every container that a runtime knows, running or not.';
const running = 'While the container has a process.';
const limited =
  'While the container runs and has such a limit; a change that its runtime does not tell is seen within a minute.';

export const containerRuntimeUp = gauge('toposcope_container_runtime_up', {
  help: '1 while a container runtime answers on its socket, else 0; 0 takes only its own containers away.',
  labels: ['runtime', 'socket'],
  exists: 'For every runtime that was found or named.',
});

export const containerInfo = gauge('toposcope_container_info', {
  help: 'Identity of a container; always 1.',
  labels: ['container_id', 'name', 'image', 'image_id', 'runtime', 'hostname'],
  optionalLabels: { command: '--container.command' },
  exists: known,
});

export const containerWorkloadInfo = gauge('toposcope_container_workload_info', {
  help: 'The workload that a container belongs to, by the first of Kubernetes, ECS, Nomad, Mesos, Swarm and Compose whose labels or variables name one, else Podman’s pod; always 1.',
  labels: ['container_id', 'orchestrator', 'namespace', 'workload_kind', 'workload', 'instance', 'pod_uid'],
  exists: known,
});

const managed = 'On each manager of a Swarm, for each of its services; all managers say the same.';

export const workloadDesiredReplicas = gauge('toposcope_workload_desired_replicas', {
  help: 'Replicas that an orchestrator wants of a workload, over all hosts.',
  labels: ['orchestrator', 'namespace', 'workload_kind', 'workload'],
  exists: managed,
});

export const workloadRunningReplicas = gauge('toposcope_workload_running_replicas', {
  help: 'Replicas of a workload that its orchestrator knows to run, over all hosts.',
  labels: ['orchestrator', 'namespace', 'workload_kind', 'workload'],
  exists: `${managed} From Docker 20.10 on.`,
});

export const containerLabels = gauge('toposcope_container_labels', {
  help: 'Labels of a container that --container.labels allows, as label_NAME; always 1.',
  labels: ['container_id'],
  exists: 'For containers that carry at least one allowed label.',
});

export const containerAddressInfo = gauge('toposcope_container_address_info', {
  help: 'An address of a container in one of its networks; always 1.',
  labels: ['container_id', 'network', 'ip'],
  exists: 'While the container is attached to the network.',
});

export const containerPortInfo = gauge('toposcope_container_port_info', {
  help: 'A port that the runtime publishes for a container; always 1.',
  labels: ['container_id', 'host_ip', 'host_port', 'port', 'protocol'],
  exists: 'While the port is published.',
});

export const containerState = gauge('toposcope_container_state', {
  help: 'The current state of a container (created, running, paused, restarting, removing, exited, dead); always 1.',
  labels: ['container_id', 'state'],
  exists: known,
});

export const containerHealth = gauge('toposcope_container_health', {
  help: 'The current result of the container’s health check (starting, healthy, unhealthy); always 1.',
  labels: ['container_id', 'health'],
  exists: 'For containers that have a health check.',
});

export const containerCreated = gauge('toposcope_container_created_seconds', {
  help: 'Unix time at which the container was created.',
  labels: ['container_id'],
  exists: known,
});

export const containerStartTime = gauge('toposcope_container_start_time_seconds', {
  help: 'Unix time at which the container was last started.',
  labels: ['container_id'],
  exists: 'For containers that were started at least once.',
});

export const containerRestarts = gauge('toposcope_container_restarts', {
  help: 'Restarts by the runtime’s restart policy since the container was created.',
  labels: ['container_id'],
  exists: known,
});

export const containerExitCode = gauge('toposcope_container_exit_code', {
  help: 'Exit code of the container’s last run.',
  labels: ['container_id'],
  exists: 'For containers that ended and do not run now.',
});

export const containerOomKills = counter('toposcope_container_oom_kills_total', {
  help: 'Processes of the container that the kernel killed for want of memory.',
  labels: ['container_id'],
  exists: running,
});

export const containerCpuSeconds = counter('toposcope_container_cpu_seconds_total', {
  help: 'Processor time of the container; mode is user or system.',
  labels: ['container_id', 'mode'],
  exists: running,
});

export const containerCpuLimit = gauge('toposcope_container_cpu_limit_cores', {
  help: 'Processors that the container may use at most (quota over period).',
  labels: ['container_id'],
  exists: limited,
});

export const containerCpuThrottled = counter('toposcope_container_cpu_throttled_seconds_total', {
  help: 'Time for which the container’s quota kept it from running.',
  labels: ['container_id'],
  exists: running,
});

export const containerCpuPeriods = counter('toposcope_container_cpu_periods_total', {
  help: 'Enforcement periods of the processor quota that have passed.',
  labels: ['container_id'],
  exists: running,
});

export const containerCpuThrottledPeriods = counter('toposcope_container_cpu_throttled_periods_total', {
  help: 'Enforcement periods in which the container was throttled.',
  labels: ['container_id'],
  exists: running,
});

export const containerMemory = gauge('toposcope_container_memory_bytes', {
  help: 'Memory of the container; kind is usage, working_set (usage less inactive file pages), rss, cache or swap.',
  labels: ['container_id', 'kind'],
  exists: running,
});

export const containerMemoryLimit = gauge('toposcope_container_memory_limit_bytes', {
  help: 'Memory that the container may use at most.',
  labels: ['container_id'],
  exists: limited,
});

export const containerNetworkBytes = counter('toposcope_container_network_bytes_total', {
  help: 'Bytes on an interface of the container’s network namespace; direction is receive or transmit.',
  labels: ['container_id', 'direction', 'interface'],
  exists: 'While the container runs in a network namespace of its own; loopback excluded.',
});

export const containerNetworkPackets = counter('toposcope_container_network_packets_total', {
  help: 'Packets on an interface of the container’s network namespace.',
  labels: ['container_id', 'direction', 'interface'],
  exists: 'As toposcope_container_network_bytes_total.',
});

export const containerNetworkErrors = counter('toposcope_container_network_errors_total', {
  help: 'Errors on an interface of the container’s network namespace.',
  labels: ['container_id', 'direction', 'interface'],
  exists: 'As toposcope_container_network_bytes_total.',
});

export const containerNetworkDrops = counter('toposcope_container_network_drops_total', {
  help: 'Packets dropped on an interface of the container’s network namespace.',
  labels: ['container_id', 'direction', 'interface'],
  exists: 'As toposcope_container_network_bytes_total.',
});

export const containerIoBytes = counter('toposcope_container_io_bytes_total', {
  help: 'Bytes that the container moved to or from a block device; direction is read or write.',
  labels: ['container_id', 'direction', 'device'],
  exists: 'While the container runs and once it has used the device.',
});

export const containerIoOperations = counter('toposcope_container_io_operations_total', {
  help: 'Operations of the container on a block device; direction is read or write.',
  labels: ['container_id', 'direction', 'device'],
  exists: 'As toposcope_container_io_bytes_total.',
});

export const containerPids = gauge('toposcope_container_pids', {
  help: 'Tasks in the container’s cgroup (processes and their threads, as the pids controller counts them).',
  labels: ['container_id'],
  exists: running,
});

export const containerPidsLimit = gauge('toposcope_container_pids_limit', {
  help: 'Tasks that the container may have at most.',
  labels: ['container_id'],
  exists: limited,
});

export const containerThreads = gauge('toposcope_container_threads', {
  help: 'Threads of all processes of the container.',
  labels: ['container_id'],
  exists: running,
});

export const containerOpenFiles = gauge('toposcope_container_open_files', {
  help: 'File descriptors that the container’s processes hold open.',
  labels: ['container_id'],
  exists: 'While the container runs and its processes’ descriptors may be read.',
});

export const containerPressureSeconds = counter('toposcope_container_pressure_seconds_total', {
  help: 'Time for which some or all tasks of the container waited for a resource (cpu, memory, io).',
  labels: ['container_id', 'resource', 'kind'],
  exists: 'On cgroup v2 with pressure stall information.',
});
