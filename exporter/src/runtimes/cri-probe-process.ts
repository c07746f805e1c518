import { connectCri, grpcCode, GRPC_UNIMPLEMENTED } from './cri-client.js';
import { NO_CRI } from './cri-probe.js';

/** Says {@link NO_CRI} when the socket that it is given serves no version of the Container Runtime Interface. */
const client = await connectCri(process.argv[2] ?? '', 4_000);
try {
  await client.ask('Version');
} catch (error) {
  if (grpcCode(error) === GRPC_UNIMPLEMENTED && !(await client.answersV1alpha2())) {
    process.stdout.write(NO_CRI);
  }
}
client.close();
