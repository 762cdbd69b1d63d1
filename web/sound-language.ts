/**
 * @file A language that Intl knows. A browser under LANG=C calls its own "en-US@posix", which Intl refuses; uPlot asks Intl for the
 * browser's language as it loads, so this file is imported before it.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}
