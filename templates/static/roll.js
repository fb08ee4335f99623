/* Hai Chiều: a roll that is called without network. Each mark is kept on this machine at once; a roll that was saved is
   sent until the server says that it has it, after whatever sign-in, in whichever tab, and is written once. Without this
   script the form is posted like any other. */
const form = one('#roll');
const url = form.getAttribute('action');
const { roll, was, key } = form.elements;
const drawnAt = +form.dataset.at;
const inputs = {};
all('input[type=radio]', form).forEach((it) => { (inputs[it.name.slice(1)] ||= []).push(it); });

// What is kept of a roll: `was`, the marks that the server is known to have had `at` a moment of its clock; `marks`, of
// each number what was made here of it, as [before, after]; `sending`, what the server has not answered yet; `again`,
// that more was saved meanwhile; `told`, what it said last.
const blank = () => ({ user, url, roll: roll.value, was: was.value, at: drawnAt, key: key.value, marks: {} });
let held = blank();
let keeps = true;
// What came of the last sending: lost on the way, something far from our server, out of the sign-in, no, a clash.
let came = '';
let said = {};
let clash = null;
// Whether the roll was saved by hand on this page, and nothing marked since.
let asked = false;
let isPrepared;
// Marks that were pressed and are not kept yet: until they are, the page stands as it was pressed.
let pressed = 0;

const soon = (work) => Promise.race([work, new Promise((done, fail) => setTimeout(fail, 20000))]);
const marked = (it) => Object.entries(it.marks);
const put = (letters, number, letter) => letters.slice(0, number - 1) + letter + letters.slice(number);
const when = (time) => new Date(time).toLocaleString('en-GB', { dateStyle: 'short', timeStyle: 'short' }).split(', ').reverse().join(' ngày ');

/** Asks this machine, or knows from then on that it keeps nothing. */
const ask = (...what) => (keeps ? rolls(...what) : Promise.reject()).catch(() => { keeps = false; });
/** Changes what is kept of a roll in one step, whatever other tabs do; where nothing can be kept, in memory alone. */
const change = async (work, of = url) => {
  let it = await ask('readwrite', (store, say) => {
    store.get([user, of]).onsuccess = ({ target }) => {
      const found = target.result || blank();
      work(found);
      say(found);
      if (found.sending || marked(found).length || (isPrepared && found.at > drawnAt)) store.put(found); else store.delete([user, of]);
    };
  });
  if (!it) work(it = held);
  if (of === url) draw(it);
};

/** What was made of each number, as it is to be saved. */
const ready = (it, action) => ({ action, marks: Object.fromEntries(marked(it).map(([number, mark]) => [number, mark[1]])) });
/** Makes of that what is sent: each mark over the one that it was made on. */
const load = (it, { action, marks }) => {
  const t = Date.now();
  const body = new URLSearchParams({ key: it.key, user, roll: it.roll, action, t });
  let letters = it.was;
  Object.entries(marks).forEach(([number, letter]) => {
    letters = put(letters, number, it.marks[number]?.[0] ?? it.was[number - 1]);
    body.append('m' + number, letter);
  });
  body.append('was', letters);
  it.sending = { key: it.key, body: String(body), marks, t };
  it.again = null;
};

const draw = (it) => {
  held = it;
  was.value = marked(it).reduce((letters, [number, mark]) => put(letters, number, mark[0]), it.was);
  if (!pressed) Object.entries(inputs).forEach(([number, three]) => {
    const letter = it.marks[number]?.[1] ?? it.was[number - 1];
    three.forEach((one) => { one.checked = one.value === letter; });
  });
  tally();
  say();
};

// data-p, data-e and data-u count the marks of the people whom the server's filter left out.
const away = was.value.length - Object.keys(inputs).length;
const tally = () => {
  const { p, e, u } = form.dataset;
  const n = { p: +p, e: +e, u: +u };
  all(':checked', form).forEach((it) => { n[it.value] += 1; });
  const rest = was.value.length - n.p - n.e - n.u;
  one('#tally').textContent = (rest ? 'Còn ' + rest + ' người chưa đánh dấu. ' : 'Đã đánh dấu hết. ') +
    'Có mặt ' + n.p + ' · Có phép ' + n.e + ' · Không phép ' + n.u;
  all('[data-left]').forEach((it) => { it.textContent = rest; });
  all('[value=present-rest]').forEach((it) => { it.hidden = !rest; });
};

/** Where things stand, in words: of all that is known at once, so that no message takes the place of a worse one. */
const say = () => {
  const { sending, told, again } = held;
  const lost = keeps ? '' : ' Máy này không giữ nháp được: lưu xong hãy rời trang.';
  const safe = lost || ' Dữ liệu vẫn còn trên máy.';
  const above = 'Chưa ghi, xem ở đầu trang.' + safe;
  const waits = sending && ', giữ ' + (again ? 2 : 1) + ' lần lưu từ ' + when(sending.t) + ', sẽ tự gửi.' + lost;
  const text = sending ? {
    lost: 'Chưa có mạng' + waits,
    far: 'Chưa tới được máy chủ' + waits,
    out: 'Hết phiên.' + safe + ' ',
    clash: above,
    no: above,
  }[came] || 'Đang gửi.'
    : lost || (marked(held).length ? 'Đã ghi nháp trên máy này, chưa lưu vào sổ.'
      : told ? 'Đã lưu lên máy chủ lúc ' + told.saved + '. Có mặt ' + told.present + '/' + told.expected + '.' : '');
  const line = one('#sent');
  if (line.firstChild?.data === text) return;
  line.textContent = text;
  if (sending && came === 'out') line.append(make('a', 'Đăng nhập lại để gửi', { href: '/sign-in?next=' + url }));
};

const mark = (chosen) => {
  asked = false;
  chosen.forEach((it) => { it.checked = true; });
  tally();
  const marks = chosen.map(({ name, value }) => [name.slice(1), value]);
  pressed += 1;
  return change((it) => {
    pressed = Math.max(0, pressed - 1);
    marks.forEach(([number, value]) => {
      const before = it.marks[number]?.[0] ?? it.was[number - 1];
      if (value === before && !it.sending?.marks[number]) delete it.marks[number]; else it.marks[number] = [before, value];
    });
  });
};

/** Says what the server will not take, however often it is sent: it stays until somebody gives it up. */
const refuse = (text, it) => {
  const drop = button('Bỏ các dấu giữ trên máy này', async () => {
    await rolls('readwrite', (store) => store.delete([user, url])).catch(() => {});
    location.reload();
  });
  tell('errors', 'Máy chủ chưa nhận', text + ' Đang giữ: ' +
    marked(it).map(([number, mark]) => number + ' ' + one('[value=' + mark[1] + ']+b', form)?.textContent).join(', ') + '.', drop);
};

/** Sends one roll: what came of it. Only JSON of ours counts; a page, a redirection or silence is no answer. */
const post = async ({ url: to, sending }) => {
  let answer;
  try {
    answer = await soon(fetch(to, {
      method: 'POST', redirect: 'manual', headers: { accept: 'application/json' }, body: new URLSearchParams(sending.body),
    }));
    said = await answer.json() || {};
  } catch {
    return answer ? 'far' : 'lost';
  }
  if (answer.ok && said.saved_at) return 'ok';
  if (answer.status === 401) return 'out';
  if (said.disputes) return 'clash';
  if (said.key) return 'key';
  return said.text && answer.status < 500 ? 'no' : 'far';
};

/** Sends one roll and keeps what was answered; whether there is more to send of it at once. */
const send = async (it) => {
  const result = await post(it);
  const isOwn = it.url === url;
  if (isOwn) came = result;
  let more;
  await change((now) => {
    const { sending } = now;
    if (sending?.key !== it.sending.key) return;
    if (result === 'key') {
      const body = new URLSearchParams(sending.body);
      body.set('key', said.key);
      now.key = sending.key = said.key;
      sending.body = String(body);
      more = true;
    }
    if (result !== 'ok') return;
    Object.entries(sending.marks).forEach(([number, letter]) => {
      const mark = now.marks[number];
      now.was = put(now.was, number, letter);
      if (mark && mark[1] === letter) delete now.marks[number]; else if (mark) mark[0] = letter;
    });
    Object.assign(now, { at: said.saved_at, key: said.key, told: said, sending: null });
    if (now.again) load(now, now.again);
    more = now.sending;
  }, it.url);
  if (isOwn && result === 'no') refuse(said.text, held);
  if (isOwn && result === 'clash') {
    clash = said;
    show(make('template', '', { innerHTML: said.html }).content.firstElementChild);
  }
  return more;
};

const waiting = async () => {
  const found = await ask('readonly', (store, say) => {
    store.getAll().onsuccess = ({ target }) => say(target.result.filter((it) => it.user === user));
  }) || [held];
  const own = found.find((it) => it.url === url);
  // Another tab has sent it, or given it up.
  if (held.sending && !own) location.assign(asked ? url + '/saved' : url);
  if (own) draw(own);
  // What somebody has to settle first is not sent again and again.
  return found.filter((it) => it.sending && (it !== own || (came !== 'clash' && came !== 'no')));
};

let isBusy = false;
let isMore = false;
let timer = 0;
/** Sends what waits, in one tab at a time; where nothing came of it, again in a few seconds. */
const flush = async () => {
  isMore = true;
  if (isBusy) return;
  isBusy = true;
  clearTimeout(timer);
  const round = async () => {
    for (let left = 5; isMore && left; left -= 1) {
      isMore = false;
      for (const it of await waiting()) isMore = (await send(it)) || isMore;
    }
  };
  await (navigator.locks?.request('roll', round) ?? round()).catch(() => {});
  isBusy = false;
  if (asked && !held.sending && !marked(held).length && held.told) location.assign(url + '/saved');
  if (held.sending && (came === 'lost' || came === 'far')) timer = setTimeout(flush, 2500);
};

// The page of this roll, kept for a meeting without network: only when somebody asks, for a day, without the reasons.
const press = one('#prepare');
const cache = 'roll-' + user;
const note = (text) => { one('#prepared').textContent = text; };
const offer = async () => {
  const page = await caches.has(cache) && await (await caches.open(cache)).match(url);
  isPrepared = page;
  press.hidden = false;
  press.lastChild.textContent = page ? 'Xóa bản đã chuẩn bị' : 'Chuẩn bị họp khi mất mạng';
  note(page ? 'Trang này mở được khi mất mạng đến ' + when(+page.headers.get('kept-at') + DAY) + '. Đăng xuất là xóa.' : '');
};
const prepare = async () => {
  if (isPrepared) return (await caches.open(cache)).delete(url);
  const answer = await fetch(url + '?keep=1', { redirect: 'manual' });
  const text = await answer.text();
  if (!answer.ok || !text.includes('id="roll"')) throw answer;
  await navigator.serviceWorker.register('/sw.js');
  await soon(navigator.serviceWorker.ready);
  const headers = new Headers(answer.headers);
  headers.set('kept-at', Date.now());
  return (await caches.open(cache)).put(url, new Response(text, { headers }));
};
const cannot = () => note('Máy này chưa chuẩn bị được. Khi họp cứ để trang này mở.');
press.addEventListener('click', () => { note('Đang chuẩn bị…'); prepare().then(offer).catch(cannot); });

// Filter as you type; "only" hides the marked. Neither leaves the page, where marks are not saved yet.
const box = one('#q');
const fold = (s) => s.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').trim();
if (!away) {
  const rows = all('fieldset', form).map((row) => [row, fold(row.firstChild.textContent)]);
  let only = false;
  const filter = () => {
    const words = fold(box.value).split(/\s+/);
    const found = rows.filter(([row, text]) =>
      !(row.hidden = !words.every((it) => text.includes(it)) || (only && one(':checked', row))));
    all('section', form).forEach((it) => { it.hidden = !one('fieldset:not([hidden])', it); });
    one('#q-count').textContent = box.value || only ? 'Tìm thấy ' + found.length + ' người' : '';
  };
  box.addEventListener('input', filter);
  box.form.addEventListener('submit', (e) => {
    e.preventDefault();
    if (e.submitter?.name === 'only') {
      only = !only;
      e.submitter.textContent = only ? 'Hiện cả người đã đánh dấu' : 'Chỉ hiện người chưa đánh dấu';
    }
    filter();
  });
}

/** Takes up what was kept; whether it is of this roll. */
const start = async () => {
  // What the page shows and the server has not: marked before this ran, or typed and not written.
  const typed = all(':checked', form).filter((it) => it.value !== was.value[it.name.slice(1) - 1]);
  const old = await ask('readonly', (store, say) => {
    store.get([user, url]).onsuccess = ({ target }) => say(target.result);
  });
  if (old && old.roll !== roll.value) {
    refuse('Danh sách của cuộc họp đã lấy lại, số thứ tự đã đổi người.', old);
    return false;
  }
  if (old) await change((it) => { if (drawnAt > it.at) Object.assign(it, { was: was.value, at: drawnAt, told: null }); });
  if (typed.length) await mark(typed);
  say();
  flush();
  addEventListener('online', flush);
  document.addEventListener('visibilitychange', flush);
  return true;
};
tally();
const begun = (self.caches && navigator.serviceWorker ? offer() : Promise.reject()).catch(cannot).then(start);

form.addEventListener('change', async ({ target }) => { if (await begun) mark([target]); });
// Everybody present touches the unmarked only; while a filter hides people, the server does the marking.
all('[value=present-rest]').forEach((it) => it.addEventListener('click', async (e) => {
  if (away || one('fieldset[hidden]', form)) return;
  e.preventDefault();
  one('#save').focus();
  if (await begun) mark(Object.values(inputs).filter((three) => !three.some((one) => one.checked)).map((three) => three[0]));
}));
form.addEventListener('submit', async (e) => {
  e.preventDefault();
  const action = e.submitter?.value || 'save';
  const isOurs = await begun;
  const choices = (clash?.disputes || []).map((it) => [it, one('[name=c' + it.number + ']:checked')?.value]);
  if (!isOurs || choices.some((it) => !it[1])) { one('#told').focus(); return; }
  one('#told')?.remove();
  asked = true;
  came = '';
  await change((it) => {
    choices.forEach(([{ number, stored, typed }, which]) => {
      const mine = it.marks[number]?.[1] ?? typed;
      it.was = put(it.was, number, stored);
      delete it.marks[number];
      if (which === 'typed' && mine !== stored) it.marks[number] = [stored, mine];
    });
    if (clash) Object.assign(it, { at: clash.at, key: clash.key, sending: null });
    if (it.sending) it.again = ready(it, action); else load(it, ready(it, action));
  });
  clash = null;
  flush();
});
