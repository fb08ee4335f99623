/* Hai Chiều: what some pages gain with JavaScript. Without it every form is sent as it is. */

// A roll that is still on this machine is spoken of on every page but that of a roll.
if (user) unsent().then((held) => {
  const own = held.find((it) => it.user === user);
  if (own) tell('note amber', 'Còn điểm danh chưa gửi', 'Chưa ghi vào sổ.', toRoll(own));
});

all('[data-print]').forEach((b) => { b.hidden = false; b.addEventListener('click', () => print()); });

const dong = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, '.');

// Money: echo what was typed, grouped; never change it.
all('[data-money]').forEach((i) => {
  const out = one('#' + i.id + '-echo');
  i.addEventListener('input', () => {
    const d = i.value.replace(/[.,\s]|đ(ồng)?$/g, '');
    out.textContent = /^\d{1,15}$/.test(d) ? 'Sẽ ghi: ' + dong(+d) + ' đ' : '';
  });
});

// <button data-copy="#text"> puts the text on the clipboard.
all('[data-copy]').forEach((b) => {
  if (!navigator.clipboard) return;
  b.hidden = false;
  b.addEventListener('click', () => navigator.clipboard.writeText(one(b.dataset.copy).textContent.trim())
    .then(() => { one('#said').textContent = 'Đã sao chép.'; }));
});

// Progress on a sheet of choices: <p data-progress="#form"> says how many questions are answered.
all('[data-progress]').forEach((p) => {
  const form = one(p.dataset.progress);
  const names = new Set(all('input[type=radio]', form).map((r) => r.name));
  const say = () => { p.textContent = 'Đã chọn ' + all('input[type=radio]:checked', form).length + ' trên ' + names.size + ' tiêu chí.'; };
  form.addEventListener('change', say);
  say();
});

// A sheet that is being written: <form data-draft="id" data-version="n"> keeps what is typed on this machine until it is
// saved, so that a closed tab loses nothing. [data-saved] on a later page says that it was; it is dropped a day later,
// and at sign-out (app.js). No name is kept, only the sheet's id.
const DRAFT = 'draft:';
const kept = (work) => { try { return work(localStorage); } catch { return null; } };
kept((store) => Object.keys(store).filter((it) => it.startsWith(DRAFT) && isOld(JSON.parse(store[it]).at))
  .forEach((it) => store.removeItem(it)));
kept((store) => all('[data-saved]').forEach((el) => store.removeItem(DRAFT + el.dataset.saved)));
all('form[data-draft]').forEach((form) => {
  const key = DRAFT + form.dataset.draft;
  const said = one('#drafted');
  const fields = () => [...new FormData(form)].filter(([name]) => name !== 'version');
  const old = kept((store) => JSON.parse(store.getItem(key)));
  if (old && old.version === form.dataset.version && !one('#summary')) {
    old.fields.forEach(([name, value]) => all('[name="' + CSS.escape(name) + '"]', form).forEach((el) => {
      if (el.type === 'radio') el.checked = el.value === value; else el.value = value;
    }));
    said.textContent = 'Đã lấy lại bản gõ dở trên máy này. Bấm lưu để ghi vào sổ.';
  }
  const keep = () => {
    const done = kept((store) => {
      store.setItem(key, JSON.stringify({ at: Date.now(), version: form.dataset.version, fields: fields() }));
      return true;
    });
    said.textContent = done ? 'Đã giữ nháp trên máy này.' : 'Máy này không giữ nháp được. Bấm lưu trước khi rời trang.';
  };
  form.addEventListener('input', keep);
});
// How pages look is changed in place, so that nothing typed is lost: the page as the server has it now says how.
all('form.look').forEach((form) => form.addEventListener('submit', async (e) => {
  const { name, value } = e.submitter || {};
  if (!name) return;
  e.preventDefault();
  try {
    const reply = await fetch(form.action, { method: 'POST', body: new URLSearchParams([[name, value]]) });
    const there = new DOMParser().parseFromString(await reply.text(), 'text/html');
    // The style that is here stays until the next one has come: until then the page would have none.
    const style = document.adoptNode(one('link[rel=stylesheet]', there));
    await new Promise((come, fail) => {
      Object.assign(style, { onload: come, onerror: fail });
      all('link[rel=stylesheet]').pop().after(style);
    });
    while (style.previousElementSibling?.rel === 'stylesheet') style.previousElementSibling.remove();
    document.documentElement.className = there.documentElement.className;
    form.replaceChildren(...one('form.look', there).childNodes);
    one('[name=' + name + ']', form).focus();
  } catch { location.reload(); }
}));
