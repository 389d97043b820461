// What screen readers are told, politely and not too often (S1.i26): what arrives, and how much time is left.
export class Telling {
  #status
  #practice
  #due = new Set() // announcements of the countdown that have been made
  #all = 0 // files of this round: from the first on its way until none is
  #here = 0
  #stopped = new Set()

  constructor(desk) {
    this.#status = desk.querySelector("#status")
    this.#practice = desk.dataset.practice
  }

  say(text) { this.#status.textContent = text }

  // begun: so many more are on their way. idle tells that none was before.
  begun(files, idle) {
    if (idle) this.#all = this.#here = 0
    this.#all += files
  }

  // halfway tells of a single file that takes its time; of many only how many have come.
  halfway(name) { if (this.#all <= 3) this.say(`Half of ${name} is sent.`) }

  arrived(name) {
    this.#here++
    if (this.#all <= 3) this.say(`${name} has arrived.`)
    else if (this.#here >= this.#all) this.say(`All ${this.#all} files have arrived.`)
    else if (this.#here === Math.ceil(this.#all / 2)) this.say(`${this.#here} of ${this.#all} files have arrived.`)
  }

  ended() { this.#all-- }

  // stopped tells once of each file in which a virus was found; those of earlier visits are in the list.
  stopped(files, earlier) {
    const fresh = files.filter((f) => !this.#stopped.has(f.id))
    for (const f of fresh) this.#stopped.add(f.id)
    if (fresh.length && !earlier) this.say(`${fresh.map((f) => f.name).join(", ")}: a virus was found, so it was not sent to ${this.#practice}.`)
  }

  // countdown says how much time is left at five minutes and at one, and when it is over; not every second.
  countdown(ms, checking) {
    if (ms <= 0) {
      if (!this.#due.delete("open")) return
      if (checking) this.say(`Your files are being checked for viruses, then they go to ${this.#practice}. They can’t be changed here any more.`)
      else this.say(`Your files have been sent to ${this.#practice}. They can’t be changed here any more.`)
      return
    }
    this.#due.add("open")
    for (const minutes of [5, 1]) {
      if (ms > minutes * 60_000) this.#due.delete(minutes)
      else if (!this.#due.has(minutes)) {
        this.#due.add(minutes)
        this.say(`${minutes === 1 ? "1 minute" : "5 minutes"} left to rename or delete files.`)
      }
    }
  }
}
