/**
 * What a person does to a page before its picture is taken.
 * Not here: which pictures there are (states.mjs).
 */

export async function grep(page) {
  await page.getByTestId("field-command").fill("grep -rnE 'timeout|deadlock|oom' /var/log/postgresql");
  await page.getByTestId("run").click();
  await page.waitForTimeout(3800);
}
export async function everyColumn(page) {
  await page.getByTestId("table-columns").click();
  for (const column of ["address", "os", "latency", "tags", "trust"])
    await page.getByTestId(`column-${column}`).click();
}

export async function connect(page) {
  await page.getByTestId("environment").click();
  await page.getByTestId("menu-connect").click();
  await page.getByTestId("connect-address").fill("ops.example:8765");
  await page.getByTestId("connect-look").click();
  await page.getByTestId("connect-token").fill("nxs_secret");
}

export async function chartMenu(page) {
  await page.getByTestId("chart-menu").click();
}

export async function chartBy(page, by) {
  await chartMenu(page);
  await page.getByTestId(`chart-by-${by}`).click();
  await page.getByTestId("chart-preview").waitFor();
  await page.waitForTimeout(1500);
}

export async function chartApplied(page) {
  await chartBy(page, "role");
  await page.getByTestId("chart-apply").click();
  await page.waitForTimeout(900);
}

/** Into a disc, so that the minimap comes. */
export async function zoomIn(page) {
  const box = await page.getByTestId("map-canvas").boundingBox();
  await page.mouse.move(box.x + box.width * 0.42, box.y + box.height * 0.42);
  for (let n = 0; n < 6; n++) {
    await page.mouse.wheel(0, -240);
    await page.waitForTimeout(120);
  }
  await page.waitForTimeout(900);
}

export async function fileSkill(page) {
  await page.getByTestId("skill-row").filter({ hasText: "read_file" }).click();
}

export async function dockerSkill(page) {
  await page.getByTestId("skill-row").filter({ hasText: "Start a container" }).click();
}

export async function skillForm(page) {
  await dockerSkill(page);
  await page.getByTestId("skill-run").click();
  await page.getByTestId("where-site").first().click();
}

export async function docker(page) {
  await page.getByTestId("method-picker").click();
  await page.locator('[data-value="DockerSkill.run"]').click();
  await page.getByTestId("field-image").fill("nginx:1.29");
  await page.getByTestId("more-fields").click();
  await page.getByTestId("add-ports").click();
  await page.getByTestId("field-ports/0/host").fill("8080");
  await page.getByTestId("field-ports/0/container").fill("80");
  await page.getByTestId("field-env").getByTestId("pair-name").first().fill("TZ");
  await page.getByTestId("field-env").getByTestId("field-env/TZ").fill("Europe/Warsaw");
  await page.getByTestId("field-memory").fill("536870912");
  await page.getByTestId("pick").nth(2).click();
  await page.getByTestId("add-health").click();
  await page
    .getByTestId("execute-form")
    .locator("> div")
    .first()
    .evaluate((fields) => fields.scrollTo(0, 110));
}

export async function dockerWrong(page) {
  await docker(page);
  await page.getByTestId("field-image").fill("");
  await page.getByTestId("field-cpus").fill("0.3");
  await page.getByTestId("run").click();
}

export async function dockerJson(page) {
  await docker(page);
  await page.getByTestId("json-toggle").click();
}

export async function takeAndMute(page) {
  await page.getByTestId("take").click();
  await page.getByTestId("mute").click();
}

export async function alertRules(page) {
  await page.getByRole("button", { name: "Rules" }).click();
}

export async function newAlertRule(page) {
  await alertRules(page);
  await page.getByTestId("new-alert-rule").click();
  await page.getByTestId("alert-rule-above").fill("60");
  await page.waitForTimeout(500);
}

export async function openProcess(page) {
  await page.getByTestId("process").nth(1).getByRole("button").click();
}

export async function showServices(page) {
  await page.getByTestId("more-services").click();
  await page.getByTestId("services").scrollIntoViewIfNeeded();
}

export async function searchLog(page) {
  await page.getByTestId("log-search").fill("lock");
  await page.waitForTimeout(900);
}

export async function openHow(page) {
  await page.getByTestId("how").click();
  await page.getByTestId("how-waves").click();
  await page.getByTestId("how-stop-after").fill("3");
}

export async function failMany(page) {
  await page.getByTestId("field-command").fill("exit 3");
  await page.getByTestId("confirm-count").fill("9");
  await page.getByTestId("run").click();
  await page.waitForTimeout(900);
  await page.getByRole("button", { name: "Close" }).click();
  await page.waitForTimeout(1200);
}

export async function newSchedule(page) {
  await page.getByTestId("new-schedule").click();
  await page.getByTestId("schedule-name").fill("morning look");
  await page.getByTestId("schedule-when").fill("every weekday at 9am");
  await page.getByTestId("schedule-target").fill("site=sin");
  await page.getByTestId("schedule-name").focus();
}

export async function runbook(page) {
  await page.getByTestId("runbook-run").click();
  await page.getByTestId("field-name").fill("registry.internal");
  await page.getByTestId("run-dialog").getByTestId("run").click();
  await page.getByTestId("runbook-edit").click();
}

export async function stopAll(page) {
  await page.getByTestId("stop-reason").fill("wrong config went out");
  await page.getByTestId("stop-confirm").click();
  await page.waitForTimeout(300);
}

export async function askMany(page) {
  await page.getByTestId("field-command").fill("systemctl restart nginx");
  await page.getByTestId("confirm-count").fill("36");
  await page.getByTestId("run").click();
}

export async function chooseEntry(page, verify) {
  if (verify) await page.getByTestId("verify-audit").click();
  await page.getByTestId("audit-row").nth(6).click();
}

export async function makeCodes(page) {
  await page.getByTestId("add-machine").click();
  await page.keyboard.press("Escape");
}

export async function options(page) {
  await page.getByTestId("more-join-options").click();
  await page.getByTestId("code-uses").fill("20");
  await page.getByTestId("code-name").fill("rack 5");
}

export async function toTokens(page) {
  await page.getByTestId("new-token").click();
  await page.getByTestId("make-token").scrollIntoViewIfNeeded();
}

export async function makeToken(page) {
  await toTokens(page);
  await page.getByTestId("token-name").fill("release pipeline");
  await page.getByTestId("make-token").click();
}

export async function fanOut(page) {
  await page.getByTestId("field-command").fill("uptime");
  await page.getByTestId("confirm-count").fill("36");
  await page.getByTestId("run").click();
  await page.waitForTimeout(1500);
}
