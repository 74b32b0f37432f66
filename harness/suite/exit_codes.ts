/** Exit codes of `mlx-conform`; the file imports nothing, so that `--help` need not load the harness. */
export const EXIT_CODES = {
  conformant: 0,
  "not conformant": 1,
  usage: 2,
  "subject failed to start": 3,
  "harness failed": 4,
  incomplete: 5,
  interrupted: 130,
} as const;
