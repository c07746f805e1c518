import { osInfo, system } from 'systeminformation';

/** Prints what systeminformation says of this host as one line of JSON; see `askSystemInformation`. */
const [os, machine] = await Promise.all([osInfo(), system()]);
process.stdout.write(
  `${JSON.stringify({
    machineId: os.serial,
    os: os.distro,
    osVersion: os.release,
    kernel: os.kernel,
    arch: os.arch,
    virtualization: machine.virtual ? (machine.virtualHost ?? 'yes').toLowerCase() : '',
  })}\n`,
);
