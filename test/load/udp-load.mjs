// A generator of UDP exchanges, in plain Node.js so that it runs anywhere and in any network namespace.
//
//   node udp-load.mjs server PORT [ADDRESS]
//   node udp-load.mjs client ADDRESS PORT SOCKETS EXCHANGES REQUEST_BYTES REPLY_BYTES connected|unconnected
//
// Each of the client's sockets sends EXCHANGES requests, one after another, each answered with as many bytes as its
// first four ask for. Both count what they did and print it as one line of JSON: the ground truth of the tests. The
// client prints it with its sockets open; both end with their standard input, the server with its line.
import dgram from 'node:dgram';

const [role, ...rest] = process.argv.slice(2);
if (role === 'server') {
  serve(Number(rest[0]), rest[1] ?? '0.0.0.0');
} else if (role === 'client') {
  const [sockets = 1, exchanges = 1, requestBytes = 4, replyBytes = 0] = rest.slice(2, 6).map(Number);
  load(rest[0] ?? '', Number(rest[1]), {
    sockets,
    exchanges,
    requestBytes,
    replyBytes,
    connects: rest[6] === 'connected',
  });
} else {
  console.error('usage: see the head of this file');
  process.exitCode = 2;
}

function serve(port, address) {
  const counts = { requests: 0, received: 0, sent: 0 };
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (request, { address: peer, port: peerPort }) => {
    const reply = Buffer.alloc(request.readUInt32BE(0));
    counts.requests++;
    counts.received += request.length;
    counts.sent += reply.length;
    socket.send(reply, peerPort, peer);
  });
  socket.bind(port, address, () => console.log(JSON.stringify({ ready: port })));
  process.stdin
    .on('end', () => {
      console.log(JSON.stringify(counts));
      process.exit(0);
    })
    .resume();
}

function load(address, port, { sockets, exchanges, requestBytes, replyBytes, connects }) {
  const counts = { sockets, sent: 0, received: 0 };
  const request = Buffer.alloc(requestBytes);
  request.writeUInt32BE(replyBytes, 0);
  let running = sockets;
  for (let index = 0; index < sockets; index++) {
    const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
    let left = exchanges;
    const send = () => {
      counts.sent += request.length;
      connects ? socket.send(request) : socket.send(request, port, address);
    };
    socket.on('message', (reply) => {
      counts.received += reply.length;
      left--;
      if (left > 0) {
        send();
      } else if (--running === 0) {
        console.log(JSON.stringify(counts));
      }
    });
    connects ? socket.connect(port, address, send) : send();
  }
  process.stdin.on('end', () => process.exit(0)).resume();
}
