// Tasks of several kinds that pass packets in an operating system of toy size: calls of methods of many shapes on linked
// lists, in the manner of the Richards benchmark.
class Packet {
  constructor(next, kind) {
    this.next = next;
    this.kind = kind;
    this.hops = 0;
  }
}
class Task {
  queue = null;
  done = 0;
  constructor(scheduler, id) {
    this.scheduler = scheduler;
    this.id = id;
  }
  accept(packet) {
    packet.next = null;
    if (this.queue === null) this.queue = packet;
    else {
      let last = this.queue;
      while (last.next !== null) last = last.next;
      last.next = packet;
    }
  }
  take() {
    const packet = this.queue;
    this.queue = packet.next;
    return packet;
  }
}
class Worker extends Task {
  step() {
    const packet = this.take();
    packet.kind = (packet.kind * 5 + this.id) % 17;
    this.scheduler.send(packet, this.id + 1);
  }
}
class Device extends Task {
  step() {
    const packet = this.take();
    for (let i = 0; i < 4; i++) packet.kind ^= (packet.kind << 1) & 31;
    this.scheduler.send(packet, this.id + packet.kind);
  }
}
class Idle extends Task {
  step() {
    this.done += 2;
    this.scheduler.send(this.take(), this.id + 3);
  }
}
class Scheduler {
  hops = 0;
  tasks = [Worker, Device, Idle, Worker, Device, Worker].map((Kind, id) => new Kind(this, id));
  send(packet, to) {
    this.hops++;
    packet.hops++;
    this.tasks[to % this.tasks.length].accept(packet);
  }
  run(steps) {
    for (let step = 0; step < steps; ) {
      for (const task of this.tasks) {
        if (task.queue === null) continue;
        task.step();
        task.done++;
        step++;
      }
    }
  }
}
const scheduler = new Scheduler();
for (let i = 0; i < 12; i++) scheduler.send(new Packet(null, i), i);
scheduler.run(6_000);
return [scheduler.hops, scheduler.tasks.map(({ done }) => done)];
