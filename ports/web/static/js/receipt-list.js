// <receipt-list data-base="…">: the receipts of what was sent through a link. The server writes it first; show keeps it
// fresh while the page is open. A new one is a copy of the template that the server renders its own from.
class ReceiptList extends HTMLElement {
  // show takes the list of the page's JSON: {batch, released_at, files}.
  show(receipts = []) {
    const list = this.querySelector("ul")
    for (const { batch, released_at: at, files } of receipts) {
      if (list.querySelector(`[data-batch="${batch}"]`)) continue
      const item = this.querySelector("template").content.firstElementChild.cloneNode(true)
      item.dataset.batch = batch
      item.querySelector("a").href = `${this.dataset.base}receipts/${batch}`
      const when = new Date(at).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })
      item.querySelector("span").textContent = `${files === 1 ? "1 file" : `${files} files`}, sent ${when}`
      list.append(item)
    }
    this.hidden = list.children.length === 0
  }
}
customElements.define("receipt-list", ReceiptList)
