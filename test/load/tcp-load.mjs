// A generator of short TCP connections, in plain Node.js so that it runs anywhere and in any network namespace.
//
//   node tcp-load.mjs server PORT [ADDRESS]            serves until it is told to stop; prints {"ready":PORT}
//   node tcp-load.mjs client ADDRESS PORT COUNT CONCURRENCY REQUEST_BYTES REPLY_BYTES
//
// The client sends REQUEST_BYTES, the server answers with as many bytes as the request asks for in its first four,
// then closes. Both count what they did and print it as one line of JSON: the ground truth of the tests.
import net from 'node:net';

const [role, ...rest] = process.argv.slice(2);
if (role === 'server') {
  serve(Number(rest[0]), rest[1] ?? '::');
} else if (role === 'client') {
  const [address, port, count, concurrency, requestBytes, replyBytes] = rest;
  load(
    address ?? '',
    Number(port),
    Number(count),
    Number(concurrency),
    Math.max(4, Number(requestBytes)),
    Number(replyBytes),
  );
} else {
  console.error(
    'usage: tcp-load.mjs server PORT [ADDRESS] | client ADDRESS PORT COUNT CONCURRENCY REQUEST REPLY',
  );
  process.exitCode = 2;
}

function serve(port, address) {
  const counts = { accepted: 0, closed: 0, received: 0, sent: 0 };
  const server = net.createServer((socket) => {
    counts.accepted++;
    let reply;
    socket.on('data', (data) => {
      counts.received += data.length;
      if (reply === undefined) {
        reply = Buffer.alloc(data.readUInt32BE(0));
        counts.sent += reply.length;
        socket.end(reply);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => counts.closed++);
  });
  server.listen({ port, host: address, backlog: 4096 }, () => console.log(JSON.stringify({ ready: port })));
  const stop = () => {
    console.log(JSON.stringify(counts));
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.stdin.on('end', stop).resume();
}

function load(address, port, count, concurrency, requestBytes, replyBytes) {
  const request = Buffer.alloc(requestBytes);
  request.writeUInt32BE(replyBytes, 0);
  const counts = { opened: 0, failed: 0, sent: 0, received: 0, seconds: 0 };
  const began = performance.now();
  let started = 0;
  let ended = 0;
  const next = () => {
    if (started >= count) {
      return;
    }
    started++;
    const socket = net.connect({ host: address, port, noDelay: true });
    let connected = false;
    socket.on('connect', () => {
      connected = true;
      counts.opened++;
      counts.sent += request.length;
      socket.write(request);
    });
    socket.on('data', (data) => (counts.received += data.length));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      counts.failed += connected ? 0 : 1;
      if (++ended === count) {
        counts.seconds = (performance.now() - began) / 1000;
        console.log(JSON.stringify(counts));
      } else {
        next();
      }
    });
  };
  for (let index = 0; index < concurrency; index++) {
    next();
  }
}
