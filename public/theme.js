// Sets the theme before the first paint; src/ui/theme/theme.ts takes over from there.
(() => {
  let choice = 'system';
  try {
    choice = JSON.parse(localStorage.getItem('meshwork.theme') ?? '"system"');
  } catch {
    // The system decides.
  }
  const light = choice === 'light' || (choice !== 'dark' && matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
})();
