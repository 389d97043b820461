// <details data-sheet>: closes by the Escape key and by a click elsewhere, as menus do. Without script it opens and
// closes by its own line.
function close(but) {
  for (const sheet of document.querySelectorAll("details[data-sheet][open]")) if (sheet !== but) sheet.open = false
}

addEventListener("click", (event) => close(event.target.closest("details[data-sheet]")))
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return
  const inside = document.activeElement?.closest("details[data-sheet][open]")
  close()
  inside?.querySelector("summary").focus()
})
