// Texts that this browser keeps until the server has them (draft-box.js, answer-sheet.js, kept-text.js) are their writer's, whom their
// names begin with: "portico-draft/contact/PERSON/…". <body data-writer="contact/PERSON"> is who is here: what others on
// their side have left behind goes. <body data-left="contact/PERSON"> is whom somebody has signed out. A session that has
// only run out of time takes nothing away: who comes back finds what they typed. <form data-signs-out> asks before it takes
// away what was never sent, in <dialog id="unsent">.
const kinds = ["portico-draft", "portico-sheet", "portico-text"]
const { writer, left } = document.body.dataset
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("portico-drafts") : null

// kept are the names of what those have written whom meant chooses.
function kept(meant) {
  try {
    return Object.keys(localStorage).filter((name) => {
      const [kind, side, person] = name.split("/")
      return kinds.includes(kind) && meant(`${side}/${person}`, side)
    })
  } catch { // no storage here
    return []
  }
}

function forget(meant) {
  for (const name of kept(meant)) localStorage.removeItem(name)
}

// bidFarewell forgets somebody, in the browser's other tabs as well.
function bidFarewell(who) {
  forget((of) => of === who)
  tabs?.postMessage(who)
}

function place(name) {
  try {
    const { at } = JSON.parse(localStorage.getItem(name))
    return at?.startsWith("/") && !at.startsWith("//") ? at : null
  } catch {
    return null
  }
}

function leaves(event) {
  const form = event.target, ask = document.getElementById("unsent")
  if (!writer || !form.matches("[data-signs-out]")) return
  const names = kept((of) => of === writer)
  if (!names.length || !ask) return bidFarewell(writer)
  event.preventDefault()
  const there = ask.querySelector("[data-unsent-at]")
  there.href = names.map(place).find(Boolean) ?? there.href
  there.onclick = () => ask.close()
  ask.returnValue = ""
  ask.onclose = () => {
    if (ask.returnValue !== "drop") return
    bidFarewell(writer)
    form.submit()
  }
  ask.showModal()
}

if (left) bidFarewell(left)
if (writer) {
  const here = writer.split("/")[0]
  forget((of, side) => of !== writer && (side === here || !["staff", "contact"].includes(side)))
  document.addEventListener("submit", leaves)
  if (tabs) {
    tabs.onmessage = ({ data }) => {
      if (data !== writer) return
      for (const form of document.querySelectorAll("draft-box form, answer-sheet form")) form.reset()
      forget((of) => of === writer)
      setTimeout(() => location.reload(), 1000) // by then the tab that signs out has done it
    }
  }
}
