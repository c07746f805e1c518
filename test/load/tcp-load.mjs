// A generator of TCP connections, in plain Node.js so that it runs anywhere and in any network namespace.
//
//   node tcp-load.mjs server PORT [ADDRESS]
//   node tcp-load.mjs client ADDRESS PORT COUNT CONCURRENCY REQUEST_BYTES REPLY_BYTES [PER_SECOND]
//   node tcp-load.mjs hold ADDRESS PORT COUNT
//
// The client sends REQUEST_BYTES, the server answers with as many bytes as the first four of the request ask for,
// then closes. Both count what they did and print it as one line of JSON: the ground truth of the tests. `hold` is a
// server and its own client: it opens COUNT connections, on each of which some bytes went both ways, and keeps them.
// Server and holder say {"ready":PORT} when they are, and end with their standard input, the server when it has closed
// what it accepted.
import net from 'node:net';

const [role, ...rest] = process.argv.slice(2);
switch (role) {
  case 'server':
    serve(Number(rest[0]), rest[1] ?? '::');
    break;
  case 'client':
    load({
      address: rest[0] ?? '',
      port: Number(rest[1]),
      count: Number(rest[2]),
      concurrency: Number(rest[3]),
      requestBytes: Math.max(4, Number(rest[4])),
      replyBytes: Number(rest[5]),
      perSecond: rest[6] === undefined ? Infinity : Number(rest[6]),
    });
    break;
  case 'hold':
    hold(rest[0] ?? '', Number(rest[1]), Number(rest[2]));
    break;
  default:
    console.error('usage: see the head of this file');
    process.exitCode = 2;
}

function serve(port, address) {
  const counts = { accepted: 0, closed: 0, received: 0, sent: 0 };
  let isEnding = false;
  const endWhenAllAreClosed = () => {
    if (isEnding && counts.closed === counts.accepted) {
      console.log(JSON.stringify(counts));
      process.exit(0);
    }
  };
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
    socket.on('close', () => {
      counts.closed++;
      endWhenAllAreClosed();
    });
  });
  server.listen({ port, host: address, backlog: 4096 }, () => ready(port));
  process.stdin
    .on('end', () => {
      isEnding = true;
      endWhenAllAreClosed();
    })
    .resume();
}

function load({ address, port, count, concurrency, requestBytes, replyBytes, perSecond }) {
  const request = Buffer.alloc(requestBytes);
  request.writeUInt32BE(replyBytes, 0);
  const counts = { opened: 0, failed: 0, sent: 0, received: 0, seconds: 0 };
  const began = performance.now();
  let started = 0;
  let ended = 0;
  const connect = () => {
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
      ended++;
      if (ended === count) {
        counts.seconds = (performance.now() - began) / 1000;
        console.log(JSON.stringify(counts));
        process.exit(0);
      }
      if (perSecond === Infinity) {
        fill();
      }
    });
  };
  const fill = () => {
    const due = Math.min(count, Math.ceil(((performance.now() - began) / 1000) * perSecond) || 1);
    while (started < (perSecond === Infinity ? count : due) && started - ended < concurrency) {
      connect();
    }
  };
  fill();
  if (perSecond !== Infinity) {
    setInterval(fill, 10);
  }
}

function hold(address, port, count) {
  let answered = 0;
  const server = net.createServer((socket) => socket.on('data', (data) => socket.write(data)));
  server.listen({ port, host: address, backlog: 4096 }, () => {
    for (let index = 0; index < count; index++) {
      const socket = net.connect({ host: address, port }, () => socket.write('twelve bytes'));
      socket.once('data', () => {
        answered++;
        if (answered === count) {
          ready(port);
        }
      });
    }
  });
  process.stdin.on('end', () => process.exit(0)).resume();
}

function ready(port) {
  console.log(JSON.stringify({ ready: port }));
}
