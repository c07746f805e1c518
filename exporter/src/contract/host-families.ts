import { familiesOf } from './family.js';

const { gauge, counter } = familiesOf('host');
const always = 'Always.';

export const hostInfo = gauge('toposcope_host_info', {
  help: 'Identity of the host; always 1.',
  labels: ['machine_id', 'os', 'os_version', 'kernel', 'arch', 'virtualization'],
  exists: always,
});

export const hostAddressInfo = gauge('toposcope_host_address_info', {
  help: 'An address of the host; always 1. Scope is host, link or global.',
  labels: ['interface', 'ip', 'scope'],
  exists: 'One for each address of each interface in the host’s network namespace.',
});

export const hostBootTime = gauge('toposcope_host_boot_time_seconds', {
  help: 'Unix time at which the host booted.',
  labels: [],
  exists: always,
});

export const hostCpus = gauge('toposcope_host_cpus', {
  help: 'Logical processors online.',
  labels: [],
  exists: always,
});

export const hostLoad1 = gauge('toposcope_host_load1', {
  help: 'Load average over one minute.',
  labels: [],
  exists: always,
});

export const hostLoad5 = gauge('toposcope_host_load5', {
  help: 'Load average over five minutes.',
  labels: [],
  exists: always,
});

export const hostLoad15 = gauge('toposcope_host_load15', {
  help: 'Load average over fifteen minutes.',
  labels: [],
  exists: always,
});

export const hostCpuSeconds = counter('toposcope_host_cpu_seconds_total', {
  help: 'Processor time of the host by mode, as /proc/stat counts it.',
  labels: ['mode'],
  exists: 'One for each mode of the first line of /proc/stat.',
});

export const hostMemory = gauge('toposcope_host_memory_bytes', {
  help: 'Memory of the host; state is total or available.',
  labels: ['state'],
  exists: always,
});
