import { familiesOf } from './family.js';

const { gauge, counter } = familiesOf('process');
const cap = '--process.limit processes a host: listeners and connected ones first, then by processor time';
const alive = 'While the process lives and is within the cap.';
const group = 'While a process of that name lives in the container, or on the host outside containers.';

export const processInfo = gauge('toposcope_process_info', {
  help: 'Identity of a process; always 1. State is the letter of /proc/PID/stat.',
  labels: ['container_id', 'pid', 'ppid', 'name', 'user', 'state'],
  optionalLabels: { command: '--process.command' },
  exists: alive,
  cap,
});

export const processCpuSeconds = counter('toposcope_process_cpu_seconds_total', {
  help: 'Processor time of the process, user and system.',
  labels: ['container_id', 'pid'],
  exists: alive,
  cap,
});

export const processResidentMemory = gauge('toposcope_process_resident_memory_bytes', {
  help: 'Resident memory of the process.',
  labels: ['container_id', 'pid'],
  exists: alive,
  cap,
});

export const processThreads = gauge('toposcope_process_threads', {
  help: 'Threads of the process.',
  labels: ['container_id', 'pid'],
  exists: alive,
  cap,
});

export const processOpenFiles = gauge('toposcope_process_open_files', {
  help: 'File descriptors that the process holds open.',
  labels: ['container_id', 'pid'],
  exists: 'While the process lives, is within the cap and its descriptors may be read.',
  cap,
});

export const processMaxOpenFiles = gauge('toposcope_process_max_open_files', {
  help: 'File descriptors that the process may hold open (soft limit).',
  labels: ['container_id', 'pid'],
  exists: 'While the process lives, is within the cap and has such a limit.',
  cap,
});

export const processStartTime = gauge('toposcope_process_start_time_seconds', {
  help: 'Unix time at which the process started.',
  labels: ['container_id', 'pid'],
  exists: alive,
  cap,
});

export const processGroupProcesses = gauge('toposcope_process_group_processes', {
  help: 'Processes of one name in one container, or on the host outside containers.',
  labels: ['container_id', 'name'],
  exists: group,
});

export const processGroupCpuSeconds = counter('toposcope_process_group_cpu_seconds_total', {
  help: 'Processor time of the group, members that ended included.',
  labels: ['container_id', 'name'],
  exists: group,
});

export const processGroupResidentMemory = gauge('toposcope_process_group_resident_memory_bytes', {
  help: 'Resident memory of the group.',
  labels: ['container_id', 'name'],
  exists: group,
});

export const processGroupThreads = gauge('toposcope_process_group_threads', {
  help: 'Threads of the group.',
  labels: ['container_id', 'name'],
  exists: group,
});

export const processGroupOpenFiles = gauge('toposcope_process_group_open_files', {
  help: 'File descriptors that the group holds open.',
  labels: ['container_id', 'name'],
  exists: 'While the group lives and its descriptors may be read.',
});
