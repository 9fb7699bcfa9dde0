// Lists with a number for each spatial axis, in the forms that the functions are typed for.

/** For sequences. */
export const single = (list: readonly number[]): number => {
  const [only = 0] = list;
  return only;
};

/** For images: height and width. */
export const pair = (list: readonly number[]): readonly [number, number] => {
  const [height = 0, width = 0] = list;
  return [height, width];
};

/** For volumes: depth, height and width. */
export const triple = (list: readonly number[]): readonly [number, number, number] => {
  const [depth = 0, height = 0, width = 0] = list;
  return [depth, height, width];
};
