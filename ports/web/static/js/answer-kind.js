// On the page of a question: inputs that don't belong to the chosen sort of answer are put away. Without script all are
// there, and each says what it is for.
const kind = document.getElementById("kind")

function show() {
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind.value)
}

if (kind) {
  kind.addEventListener("change", show)
  show()
}
