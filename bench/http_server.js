// SPDX-License-Identifier: LGPL-2.1-or-later
//
// http_server.c for the process managers of Node: the same answers, and the same end. node http_server.js PORT
'use strict';
const cluster = require('cluster');
const http = require('http');
const net = require('net');

let draining = false;

const server = http.createServer((request, response) => {
    const found = request.url === '/' || request.url === '/healthz';
    const body = found ? `pid ${process.pid} generation ${process.env.GENERATION || '-'}\n` : 'not found\n';
    const headers = {'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body)};
    if (draining) headers.Connection = 'close';
    response.writeHead(found ? 200 : 404, headers);
    response.end(body);
});

function drain() {
    if (draining) return;
    draining = true;
    // Not http.Server's close: it closes idle connections, into which a client may be sending just then.
    // In a cluster a connection may be on its way here, and would hang without an answer if nobody were
    // left to hand it back.
    net.Server.prototype.close.call(server, () => setTimeout(() => process.exit(0), cluster.isWorker ? 200 : 0));
}

process.on('SIGTERM', drain); // nodemon --signal SIGTERM
process.on('SIGINT', drain); // pm2
server.keepAliveTimeout = 0;
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
    if (process.send) process.send('ready'); // pm2, wait_ready
});
