/** A promise that a test resolves itself: whatever awaits `passed` waits until `open` is called. */
export function createGate() {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}
