import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibilityProblems, looks, openBrowser, openPage, scrollsSideways, takePicture } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const words = ["Æsa Łęcka", "Ελένη", "Ольга", "עדה", "عائشة", "東京 花子", "김민서", "王小明", "अदिति", "มานี", "🙂"];

test("every script is drawn with glyphs of its own, and not as boxes", async () => {
  const { page, complaints } = await openPage(browser);
  await page.setContent(
    `<!doctype html><html lang="en"><title>Scripts</title><main><h1>Scripts</h1>${words.map((word) => `<p><span>${word}</span></p>`).join("")}</main>`,
  );
  await takePicture(page, "scripts");
  // Two different words of the same length would be equally wide and equally drawn if both were boxes.
  const drawn = (await page.evaluate(`(() => {
    const draw = (text) => {
      const canvas = document.createElement("canvas");
      canvas.width = 60; canvas.height = 60;
      const pen = canvas.getContext("2d");
      pen.font = "40px sans-serif";
      pen.fillText(text, 5, 45);
      return canvas.toDataURL();
    };
    return ["東", "花", "김", "민", "अ", "द", "ม", "น", "ע", "ع", "Ł", "Ж", "🙂", "🎈", "\\uFFFF"].map(draw);
  })()`)) as string[];
  expect(new Set(drawn).size).toBe(drawn.length);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("what is wrong with a page is found", async () => {
  const { page } = await openPage(
    browser,
    looks.find(({ name }) => name === "light-narrow"),
  );
  await page.setContent('<!doctype html><html><title>x</title><img src="data:,"><div style="width:3000px">wide</div>');
  expect((await accessibilityProblems(page)).map((problem) => problem.split(":")[0])).toEqual(
    expect.arrayContaining(["html-has-lang", "image-alt"]),
  );
  expect(await scrollsSideways(page)).toBe(true);
  await page.context().close();
});
