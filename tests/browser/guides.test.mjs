// The guides of docs/vi for secretaries, wards and committees, walked task by task: what they tell to press is there, on
// the page they tell of it. With PICTURES=write the same walk takes their pictures.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { onTheEvening, task, today, unwalked, year } from './guide.mjs';
import { launch, opened, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
let secretary;
let officer;
let committee;
before(async () => {
  demo = await startDemo(onTheEvening());
  browser = await launch();
  secretary = await signedIn(browser, demo, 'bithu.tdp2');
  officer = await signedIn(browser, demo, 'canbo.nguyendu', { width: 1280 });
  committee = await signedIn(browser, demo, 'tochuc.hatinh', { width: 1280 });
});
after(async () => { await browser?.close(); await demo?.stop(); });

const CELL = '/units/tdp-2-nguyen-du';
const WARD = '/units/thanh-sen';
const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const go = (page, path) => page.goto(path.startsWith('http') ? path : demo.origin + path);
/** Follows a link that no guide quotes: a name in a list. */
const follow = async (page, link) => go(page, await link.getAttribute('href'));

const ofSecretary = (title, steps) => task('bi-thu.md', title, steps);
const ofWard = (title, steps) => task('phuong.md', title, steps);
const ofCommittee = (title, steps) => task('to-chuc.md', title, steps);

let meeting;

ofSecretary('Đăng nhập', async ({ on, press, picture }) => {
  const admin = await signedIn(browser, demo, 'quantri', { width: 1280 });
  await go(admin, '/administration/accounts/new?unit=tdp-3-nguyen-du');
  await admin.fill('#display_name', 'Nguyễn Thị Mẫu');
  await admin.fill('#login', 'bithu.tdp3');
  await admin.locator('input[name=role]').first().check({ force: true });
  await admin.getByRole('button', { name: 'Tạo tài khoản' }).click();
  await admin.getByRole('button', { name: 'Cấp đường dẫn đặt mật khẩu' }).click();
  const link = (await admin.locator('main').innerText()).match(/\/links\/\S+/)[0];
  const page = await opened(browser, demo);
  await go(page, link);
  await on(page);
  for (const field of ['#password', '#again']) await page.fill(field, 'mưa thuận gió hòa');
  await press('Đặt mật khẩu');
  await on(page);
  await page.fill('#login', 'bithu.tdp3');
  await picture('dang-nhap', { ring: ['Đăng nhập'], height: 720 });
  await page.fill('#password', 'mưa thuận gió hòa');
  await press('Đăng nhập');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await on(page);
  await on(page);
  await press('Tài khoản của …');
  await on(page);
  await press('Những nơi đang đăng nhập');
  const other = await signedIn(browser, demo, 'bithu.tdp2');
  await go(other, '/account/sessions');
  await on(other);
  await other.context().close();
  await page.context().close();
  await admin.context().close();
});

ofSecretary('Cho dễ nhìn, dễ bấm', async ({ on, press }) => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  const look = (classes) => page.waitForSelector(`html${classes}`);
  await go(page, '/');
  await on(page);
  await press('Chữ to');
  await look('.large');
  await on(page);
  await press('Chữ to nữa');
  await look('.largest');
  await page.getByRole('button', { name: 'Chữ thường' }).click();
  await look(':not(.largest)');
  await on(page);
  await press('Tương phản');
  await look('.high');
  await on(page);
  await press('Chế độ đơn giản: mỗi màn hình một việc');
  await look('.simple');
  await go(page, '/');
  await on(page);
  await on(page);
  await press('Về chế độ đầy đủ');
  await page.context().close();
});

ofSecretary('Xem việc của kỳ này', async ({ on, press, picture }) => {
  await go(secretary, '/');
  await on(secretary);
  await picture('viec', { ring: ['Tạo cuộc họp định kỳ'], height: 1000 });
  await on(secretary);
  await on(secretary);
  await press('Việc');
});

ofSecretary('Tạo cuộc họp', async ({ on, press, picture }) => {
  await on(secretary);
  await press('Tạo cuộc họp định kỳ');
  await on(secretary);
  await secretary.fill('#starts_at', '19:30');
  await secretary.fill('#place', 'Nhà văn hóa tổ dân phố 2');
  await secretary.fill('#topic', 'Thông báo tình hình 6 tháng, nghe ý kiến');
  await picture('tao-cuoc-hop', { top: 'h1', ring: ['Tạo cuộc họp'], height: 1100 });
  await press('Tạo cuộc họp');
  await secretary.waitForURL(/\/meetings\/[0-9a-f-]{36}/);
  meeting = secretary.url().split('?')[0];
  await on(secretary);
  await on(secretary);
});

ofSecretary('Ghi người báo vắng', async ({ on, press }) => {
  await on(secretary);
  await press('Ghi báo vắng');
  await on(secretary);
  await secretary.locator('main select').first().selectOption({ index: 3 });
  await secretary.getByLabel('Lý do').fill('đi công tác');
  await press('Ghi báo vắng');
  await go(secretary, `${meeting}/roll-call`);
  await on(secretary);
});

ofSecretary('Điểm danh', async ({ on, press, picture }) => {
  const mark = (number, letter) => secretary.locator(`label:has(input[name="m${number}"][value="${letter}"])`);
  await go(secretary, meeting);
  await on(secretary);
  await press('Điểm danh');
  await on(secretary);
  await mark(3, 'e').click();
  await mark(5, 'u').click();
  await mark(37, 'e').click();
  await on(secretary);
  await picture('diem-danh', { top: '#roll section', height: 900, ring: [
    await mark(3, 'e').elementHandle(), await secretary.locator('.dock button[value=present-rest]').elementHandle()] });
  await secretary.locator('.dock button[value=present-rest]').click();
  await on(secretary);
  await press('Lưu');
  await secretary.waitForURL(/\/saved$/);
  await on(secretary);
  await picture('da-luu', { top: 'h1', ring: ['Ghi lý do vắng'], height: 900 });
  await secretary.locator('input[name=r37]').fill('ốm');
  await press('Ghi lý do vắng');
  await go(secretary, `${meeting}/roll-call/saved`);
  await on(secretary);
});

ofSecretary('Điểm danh ở nơi không có mạng', async ({ on, press }) => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  const context = page.context();
  await go(page, `${CELL}/meetings/new`);
  await page.locator('label', { hasText: 'Họp chuyên đề' }).click();
  await page.getByRole('button', { name: 'Tạo cuộc họp' }).click();
  const roll = `${page.url().split('?')[0]}/roll-call`;
  await go(page, roll);
  await on(page);
  await press('Chuẩn bị họp khi mất mạng');
  await on(page);
  await context.setOffline(true);
  await go(page, roll);
  await page.locator('label:has(input[name="m5"][value="u"])').click();
  await on(page);
  await page.locator('.dock button[value=present-rest]').click();
  await page.locator('#save').click();
  await on(page);
  await context.setOffline(false);
  await page.waitForURL(/\/saved$/);
  await on(page);
  await context.close();
});

ofSecretary('Điểm danh trên giấy rồi nhập', async ({ on, press, picture }) => {
  await go(secretary, `${CELL}/meetings/new`);
  await secretary.locator('label', { hasText: 'Họp chuyên đề' }).click();
  await secretary.getByRole('button', { name: 'Tạo cuộc họp' }).click();
  const other = secretary.url();
  await on(secretary);
  await press('danh sách điểm danh');
  await on(secretary);
  await go(secretary, `${other}/roll-call`);
  await on(secretary);
  await press('nhập số người vắng');
  await on(secretary);
  await secretary.fill('#text', '5 12\n37k ốm');
  await press('Đọc và xem trước');
  await on(secretary);
  await picture('nhap-giay', { top: 'form', ring: ['Lưu … người vắng, … người có mặt'], height: 1100 });
  await press('Lưu … người vắng, … người có mặt');
  await secretary.waitForURL(/\/saved$/);
});

ofSecretary('In biên bản', async ({ on, press, picture }) => {
  await go(secretary, meeting);
  await on(secretary);
  await press('biên bản');
  await on(secretary);
  await picture('bien-ban', { height: 900 });
});

ofSecretary('Ghi ý kiến của đảng viên', async ({ on, press, picture }) => {
  await go(secretary, meeting);
  await on(secretary);
  await press('Ý kiến tại cuộc họp');
  await on(secretary);
  await press('Ghi ý kiến tại cuộc họp');
  await on(secretary);
  await press('Không nêu tên');
  await secretary.fill('#topic', 'Đèn đường ngõ 3');
  await secretary.fill('#text', 'Đoạn cuối ngõ tối, đề nghị lắp thêm hai bóng đèn.');
  await picture('y-kien', { top: 'h1', ring: ['Ghi ý kiến'], height: 1060 });
  await press('Ghi ý kiến');
  await on(secretary);
  await press('Chuyển ý kiến');
  await on(secretary);
  await secretary.fill('#what', 'UBND phường');
  await press('Ghi đã chuyển');
  await on(secretary);
  await press('Ghi trả lời');
});

const name = async (nth) => {
  await go(secretary, `${CELL}/members`);
  return secretary.locator('tbody th a').nth(nth).innerText();
};
let gift;

ofSecretary('Ghi một khoản đóng góp', async ({ on, press, picture }) => {
  const giver = await name(2);
  await go(secretary, '/');
  await on(secretary);
  await press('Ghi khoản đóng góp');
  await on(secretary);
  await secretary.fill('#giver', giver);
  await secretary.selectOption('#work', { label: 'Quỹ khuyến học' });
  await secretary.fill('#amount', '500.000');
  await press('Xem lại rồi ghi');
  await on(secretary);
  await picture('dong-gop', { top: 'h1', ring: ['Ghi … vào sổ'], height: 700 });
  await press('Ghi … vào sổ');
  await on(secretary);
  gift = secretary.url().split('?')[0];
});

ofSecretary('Ghi đóng góp cả chi bộ một lần', async ({ on, press }) => {
  await on(secretary);
  await press('Đóng góp');
  await secretary.waitForURL(/works/);
  await follow(secretary, secretary.getByRole('link', { name: 'Quỹ khuyến học' }));
  await on(secretary);
  await press('Ghi cả chi bộ một lần');
  await on(secretary);
  await secretary.fill('#each', '200.000');
  await press('Điền cho … người chưa nhập');
  await secretary.getByRole('button', { name: 'Xem lại rồi ghi' }).click();
  await on(secretary);
});

ofSecretary('Hủy một khoản ghi nhầm', async ({ on, press }) => {
  await go(secretary, gift);
  await on(secretary);
  await press('Hủy khoản này');
  await on(secretary);
  await secretary.locator('#reason').fill('ghi nhầm người');
  await press('Hủy khoản …');
  assert.match(await secretary.locator('main').innerText(), /Đã hủy/);
});

ofSecretary('Tìm một đồng chí', async ({ on, press, picture }) => {
  await go(secretary, `${CELL}/members`);
  await on(secretary);
  await secretary.fill('#q', 'thanh dao');
  await press('Tìm');
  await picture('tim', { top: 'table', ring: [await secretary.locator('tbody th a').first().elementHandle()], height: 520 });
  await follow(secretary, secretary.locator('tbody th a').first());
  await on(secretary);
});

ofSecretary('Thêm một đồng chí', async ({ on, press }) => {
  await go(secretary, `${CELL}/members`);
  await on(secretary);
  await press('Thêm đảng viên');
  await on(secretary);
  await secretary.fill('#full_name', 'Nguyễn Thị Mẫu');
  await secretary.locator('label:has(input[name=sex][value=female])').click();
  await secretary.fill('#born', '12/06/1990');
  await secretary.fill('#workplace', 'Sở Y tế');
  await secretary.fill('#admitted_on', '03/02/2016');
  await secretary.fill('#address', 'Số 5 ngõ 2 đường Nguyễn Du');
  await press('Thường trú');
  await press('Ghi đảng viên vào sổ');
  await secretary.waitForURL(/\/members\/[0-9a-f-]{36}/);
  await on(secretary);
});

ofSecretary('Một đồng chí chuyển đi', async ({ on, press }) => {
  await go(secretary, `${CELL}/members`);
  await follow(secretary, secretary.locator('tbody th a').nth(8));
  const there = secretary.url();
  await on(secretary);
  await press('Thôi sinh hoạt ở đây');
  await on(secretary);
  await press('Chuyển nơi cư trú');
  await press('Xem lại trước khi ghi');
  await on(secretary);
  await go(secretary, there);
  await on(secretary);
});

ofSecretary('Nhập danh sách có sẵn trong Excel', async ({ on, press, picture }) => {
  await go(secretary, `${CELL}/members`);
  await on(secretary);
  await press('Nhập danh sách');
  await on(secretary);
  await secretary.setInputFiles('input[type=file]', fixture('tcvn3.xlsx'));
  await press('Xem danh sách trong tệp');
  await on(secretary);
  await picture('nhap-danh-sach', { top: 'h1', ring: ['Ghi … dòng vào sổ'], height: 1000 });
  await press('Ghi … dòng vào sổ');
  await on(secretary);
});

ofWard('Mở nhận xét của năm', async ({ on, press, picture }) => {
  await go(officer, `${WARD}/evaluations`);
  await on(officer);
  await press('Mở nhận xét năm …');
  await on(officer);
  await officer.fill('#reference_on', today());
  await press('Xem trước');
  await on(officer);
  await picture('mo-nhan-xet', { ring: ['Mở … phiếu'] });
  await press('Mở … phiếu');
  await on(officer);
});

ofSecretary('Viết phiếu nhận xét', async ({ on, press, picture }) => {
  await go(secretary, '/');
  await on(secretary);
  await press('Đã viết … phiếu');
  await on(secretary);
  await press('Viết phiếu tiếp theo');
  await on(secretary);
  for (const row of await secretary.locator('#sheet .rows fieldset').all()) await row.locator('label').first().click();
  await picture('phieu', { top: 'h1', ring: ['Nêu gương tốt'], height: 900 });
  await on(secretary);
  await secretary.fill('#other_text', 'Vận động khu phố giữ sạch ngõ, nhận dọn đoạn mương đầu ngõ.');
  await press('Lưu và sang người tiếp theo');
  await secretary.waitForURL(/saved=/);
});

ofSecretary('Ghi một tiêu chí cho nhiều người', async ({ on, press }) => {
  await go(secretary, `${CELL}/evaluations`);
  await on(secretary);
  await press('Ghi một tiêu chí cho nhiều người');
  await on(secretary);
  for (let criterion = 1; criterion <= 6; criterion += 1) {
    if (criterion > 1) await go(secretary, `${CELL}/evaluations/grid?year=${year()}&criterion=${criterion}`);
    await secretary.locator('input[name=option]').nth(1).check({ force: true });
    await secretary.locator('input[name=whom][value=others]').check({ force: true });
    await secretary.getByRole('button', { name: `Ghi tiêu chí ${criterion}` }).click();
    await secretary.waitForLoadState();
    if (criterion === 1) await on(secretary);
  }
});

ofSecretary('Ghi cuộc họp với mặt trận rồi ký', async ({ on, press, picture }) => {
  await go(secretary, `${CELL}/evaluations`);
  await on(secretary);
  await press('Ghi cuộc họp với mặt trận');
  await on(secretary);
  await secretary.fill('#held_on', today());
  await secretary.fill('#cell_people', 'Trần Thị Thanh Hòa, bí thư');
  await secretary.fill('#front_people', 'Võ Văn Quế, trưởng ban');
  await press('Ghi cuộc họp');
  await on(secretary);
  await press('Xem và ký');
  await on(secretary);
  await picture('ky', { top: 'h1', ring: ['Ký … phiếu'], height: 700 });
  await press('Ký … phiếu');
  await on(secretary);
});

ofWard('Xác nhận hoặc trả lại phiếu', async ({ on, press, picture }) => {
  await go(officer, `${WARD}/evaluations`);
  await on(officer);
  await press('… phiếu chờ xác nhận');
  const there = officer.url();
  await on(officer);
  await picture('xac-nhan', { ring: ['Xác nhận … phiếu'] });
  await follow(officer, officer.locator('tbody th a').nth(1));
  await on(officer);
  await press('Trả lại chi bộ');
  await on(officer);
  await officer.fill('#reason', 'Tiêu chí 3 chưa khớp với sổ họp');
  await press('Trả lại phiếu của …');
  await go(officer, there);
  await on(officer);
  await press('Xác nhận … phiếu');
  await on(officer);
  await go(officer, `${CELL}/evaluations/sheets?year=${year()}&state=confirmed`);
  await follow(officer, officer.locator('tbody th a').first());
  await on(officer);
});

ofSecretary('Phiếu bị trả lại', async ({ on, press }) => {
  await go(secretary, `${CELL}/evaluations`);
  await on(secretary);
  await follow(secretary, secretary.locator('li', { hasText: 'Bị trả lại' }).getByRole('link'));
  await follow(secretary, secretary.locator('tbody th a').first());
  await on(secretary);
  await press('Lưu');
  await on(secretary);
  await press('Chi bộ ký phiếu này');
});

ofSecretary('Một đồng chí hỏi sổ ghi gì về mình', async ({ on, press }) => {
  await go(secretary, `${CELL}/members`);
  await follow(secretary, secretary.locator('tbody th a').nth(6));
  await on(secretary);
  await press('Dữ liệu về đồng chí');
  await on(secretary);
  await press('Ghi một yêu cầu về dữ liệu');
  await on(secretary);
  await press('Xem, nhận bản sao dữ liệu về mình');
  await secretary.fill('#text', 'Cho tôi xem chi bộ đang giữ gì về tôi.');
  await press('Ghi yêu cầu');
  await on(secretary);
});

ofSecretary('Cử người làm hộ khi đi vắng', async ({ on, press, picture }) => {
  await go(secretary, '/');
  await on(secretary);
  await press('Tài khoản của …');
  await on(secretary);
  await press('Cử người làm hộ khi đi vắng');
  await on(secretary);
  await secretary.fill('#login', 'bithu.tdp3');
  await secretary.fill('#last_on', today());
  await press('Cử người làm hộ');
  await secretary.waitForURL(/done=1/);
  await on(secretary);
  await picture('lam-ho', { top: 'h1', ring: ['Thu lại'], height: 1000 });
  const deputy = await opened(browser, demo);
  await go(deputy, '/sign-in');
  await deputy.fill('#login', 'bithu.tdp3');
  await deputy.fill('#password', 'mưa thuận gió hòa');
  await deputy.getByRole('button', { name: 'Đăng nhập' }).click();
  await deputy.waitForURL((url) => url.pathname !== '/sign-in');
  await go(deputy, CELL);
  await on(deputy);
  await deputy.context().close();
});

ofSecretary('Để điện thoại tự nhắc việc', async ({ on, press }) => {
  await go(secretary, '/account');
  await on(secretary);
  await press('Lịch nhắc việc trên điện thoại');
  await on(secretary);
  await press('Tạo lịch');
  await on(secretary);
  await go(secretary, '/account/calendars');
  await on(secretary);
  await press('Thu hồi');
});

ofWard('Xem việc còn lại', async ({ on, picture }) => {
  await go(officer, '/');
  await on(officer);
  await picture('phuong-viec');
});

ofWard('Tiếp nhận giấy giới thiệu', async ({ on, press, picture }) => {
  await go(officer, `${WARD}/members`);
  await on(officer);
  await press('Giấy giới thiệu');
  await on(officer);
  for (const nth of [0, 1]) await officer.locator('input[name=letter]').nth(nth).check({ force: true });
  await picture('giay-cho');
  await press('Ghi đã tiếp nhận');
  await on(officer);
  await press('Tiếp nhận giấy mới');
  await on(officer);
  await officer.fill('#q', 'Nguyễn Thị Mẫu');
  await press('Tìm');
  await on(officer);
});

ofWard('Phân về chi bộ', async ({ on, press, picture }) => {
  await go(officer, `${WARD}/letters`);
  await on(officer);
  await go(officer, `${WARD}/letters?state=received`);
  await officer.locator('input[name=letter]').first().check({ force: true });
  await officer.selectOption('#cell_id', { label: 'Chi bộ tổ dân phố 2 Nguyễn Du' });
  await on(officer);
  await picture('phan-ve-chi-bo', { top: 'tbody tr:nth-child(9)', ring: ['Phân về chi bộ'], height: 860 });
  await press('Phân về chi bộ');
  await go(officer, `${CELL}/members`);
  await follow(officer, officer.locator('tbody th a').first());
  await on(officer);
});

ofWard('Đôn đốc chi bộ', async ({ on, press, picture }) => {
  await go(officer, '/');
  await on(officer);
  await press('Cần đôn đốc: việc chậm và người phụ trách');
  await on(officer);
  await picture('don-doc');
  await on(officer);
});

ofWard('In phiếu và ghi đã gửi', async ({ on, press, picture }) => {
  await go(officer, `${CELL}/evaluations/sheets?year=${year()}`);
  await on(officer);
  await officer.selectOption('#state', { label: 'Đảng ủy đã xác nhận' });
  await press('Lọc');
  await on(officer);
  await officer.selectOption('#how', 'post');
  await on(officer);
  await picture('da-gui', { top: 'form:has(#how)', ring: ['Ghi đã gửi … phiếu'], height: 640 });
  await press('Ghi đã gửi … phiếu');
});

ofWard('Kiểm tra một phiếu giấy', async ({ on, press }) => {
  await go(officer, `${CELL}/evaluations/sheets?year=${year()}&state=sent`);
  await follow(officer, officer.locator('tbody th a').first());
  const code = (await officer.locator('main').innerText()).match(/[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}/)[0];
  const stranger = await opened(browser, demo, { width: 1280 });
  await go(stranger, '/verify');
  await on(stranger);
  await stranger.fill('#code', code);
  await press('Kiểm tra');
  await on(stranger);
  await stranger.context().close();
});

ofWard('Nơi công tác xin nhận xét', async ({ on, press }) => {
  await go(officer, `${CELL}/members`);
  await follow(officer, officer.locator('tbody th a').nth(6));
  await on(officer);
  await press('Ghi yêu cầu nhận xét');
  await on(officer);
  await press('Nhận xét khi cần');
  await officer.fill('#purpose', 'khen thưởng');
  await press('Ghi yêu cầu');
  await officer.waitForURL(/\/evaluations\//);
});

ofWard('Lấy tệp của năm', async ({ on, press, picture }) => {
  await go(officer, `${WARD}/evaluations`);
  await on(officer);
  await press('Tệp đánh giá của năm');
  await on(officer);
  await officer.fill('#purpose', 'nộp ban tổ chức');
  await press('Excel (.xlsx)');
  await picture('xuat-tep', { ring: ['Xuất tệp'], height: 1120 });
});

ofWard('Đặt thời hạn và căn cứ', async ({ on, press }) => {
  await go(officer, WARD);
  await on(officer);
  await press('Thông số của phường Thành Sen');
  await on(officer);
  await officer.fill('#letter_present_days', '30');
  await press('Ghi thông số');
});

ofWard('Gộp hai hồ sơ của một người', async ({ on, press }) => {
  await go(officer, `${CELL}/members`);
  await follow(officer, officer.locator('tbody th a').nth(6));
  await on(officer);
  await press('Gộp với một hồ sơ trùng');
  await on(officer);
});

ofWard('Xem ai đã xem', async ({ on, press, picture }) => {
  await go(officer, '/');
  await on(officer);
  await press('Nhật ký xem và xuất');
  await on(officer);
  await picture('nhat-ky');
});

const PROVINCE = '/units/tinh-ha-tinh';

ofCommittee('Đọc số liệu một ngày', async ({ on, press, picture }) => {
  await go(committee, PROVINCE);
  await on(committee);
  await committee.fill('#on', '31/12/2024');
  await committee.fill('#year', '2024');
  await press('Xem ngày này');
  await on(committee);
  await press('Thành phố Hà Tĩnh');
  await on(committee);
  assert.match(await committee.locator('.figures').innerText(), /9\.500/);
  await picture('so-lieu');
  await on(committee);
});

ofCommittee('So sánh hai ngày', async ({ on, press, picture }) => {
  await go(committee, '/units/tp-ha-tinh?on=2024-12-31&year=2024');
  await on(committee);
  await press('So sánh');
  await on(committee);
  await committee.fill('#on', '31/12/2024');
  await committee.fill('#against', '31/12/2023');
  await press('So sánh');
  await picture('so-sanh');
});

ofCommittee('Đôn đốc', async ({ on, press }) => {
  await go(committee, '/');
  await on(committee);
  await press('Cần đôn đốc: việc chậm và người phụ trách');
  await on(committee);
});

ofCommittee('Chốt số liệu', async ({ on, press, picture }) => {
  await go(committee, PROVINCE);
  await on(committee);
  await press('Chốt số liệu');
  await on(committee);
  await press('Chốt số liệu một ngày');
  await on(committee);
  await committee.fill('#on', '30/06/2026');
  await press('Xem số liệu ngày này');
  await on(committee);
  await picture('chot', { ring: ['Chốt số liệu đến hết ngày …'], height: 1300 });
  await press('Chốt số liệu đến hết ngày …');
  await on(committee);
});

ofCommittee('In báo cáo năm', async ({ on, press, picture }) => {
  await go(committee, `${PROVINCE}?on=2024-12-31&year=2024`);
  await on(committee);
  await press('Báo cáo năm …');
  await on(committee);
  await picture('bao-cao');
});

ofCommittee('Tải số liệu', async ({ on, press }) => {
  await go(committee, PROVINCE);
  await on(committee);
  await press('Tải số liệu');
  await on(committee);
  await committee.fill('#purpose', 'báo cáo tháng');
  await press('Excel (.xlsx)');
  await press('Xuất tệp');
});

let draft;
ofCommittee('Sắp xếp đơn vị', async ({ on, press, picture }) => {
  await go(committee, '/reorganisations');
  await on(committee);
  await press('Soạn lần sắp xếp mới');
  await on(committee);
  await committee.selectOption('#unit', { label: 'Tỉnh Hà Tĩnh' });
  await committee.fill('#effective_on', today());
  await committee.fill('#legal_reference', 'Nghị quyết số 01/NQ-HĐND, ví dụ để minh họa');
  await press('Soạn các bước');
  await committee.waitForURL(/\/reorganisations\/[0-9a-f-]{36}/);
  draft = committee.url().split('?')[0];
  await on(committee);
  await press('Sáp nhập');
  await on(committee);
  await committee.locator('select[name=in]').selectOption({ label: 'Xã Cẩm Bình' });
  await press('Hiện chi bộ');
  await on(committee);
  for (const code of ['binh-ly-thach-binh', 'binh-minh-thach-binh']) {
    await committee.locator(`input[name=sources][value="${code}"]`).check({ force: true });
  }
  await committee.selectOption('#target', 'binh-ly-thach-binh');
  await press('Thêm bước này');
  await on(committee);
  await press('Xem trước');
  await on(committee);
  await picture('sap-xep', { ring: ['Áp dụng'], height: 1790 });
  await on(committee);
  await press('Áp dụng');
  await on(committee);
});

ofCommittee('Hoàn tác một lần sắp xếp', async ({ on, press }) => {
  await go(committee, draft);
  await on(committee);
  await press('Hoàn tác');
  await on(committee);
  await press('Hoàn tác … đơn vị');
  await on(committee);
});

test('the guides are walked to their ends', () => {
  assert.deepEqual(['bi-thu.md', 'phuong.md', 'to-chuc.md'].flatMap(unwalked), []);
  for (const page of [secretary, officer, committee]) assert.deepEqual(page.troubles, []);
});
