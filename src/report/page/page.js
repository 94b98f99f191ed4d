// Makes the page easier to use; it can be read without it. It changes what is shown, and nothing
// else: no network, no storage.
'use strict';

function setUpFilter() {
  const form = document.getElementById('filter');
  if (!form) return;
  const search = document.getElementById('search');
  const boxes = [...form.querySelectorAll('input[name=status]')];
  const shown = document.getElementById('shown');
  const bodies = [...document.querySelectorAll('#check-table tbody')];
  const rows = [...document.querySelectorAll('#check-table tr[data-status]')];

  // A choice that would change nothing is not offered; the others tell how many there are.
  for (const box of boxes) {
    const count = rows.filter((row) => row.dataset.status === box.value).length;
    box.parentElement.hidden = count === 0;
    box.parentElement.append(` (${count})`);
  }

  function show() {
    const statuses = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const words = search.value.toLowerCase().split(/\s+/).filter((word) => word);
    let count = 0;
    for (const row of rows) {
      const text = row.dataset.text.toLowerCase();
      row.hidden = !statuses.has(row.dataset.status) || !words.every((word) => text.includes(word));
      if (!row.hidden) ++count;
    }
    for (const body of bodies) {
      body.hidden = !body.querySelector('tr[data-status]:not([hidden])');
    }
    shown.textContent = `${count} of ${rows.length} shown`;
  }

  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  show();
}

// Paper cannot be unfolded, and has no filter.
function setUpPrinting() {
  let folded = [];
  let hidden = [];
  window.addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open])')];
    hidden = [...document.querySelectorAll('#check-table [hidden]')];
    for (const details of folded) details.open = true;
    for (const row of hidden) row.hidden = false;
  });
  window.addEventListener('afterprint', () => {
    for (const details of folded) details.open = false;
    for (const row of hidden) row.hidden = true;
  });
}

setUpFilter();
setUpPrinting();
