/** Where text goes. */
export interface Output {
  write(text: string): unknown;
}
