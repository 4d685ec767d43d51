// Classes: fields, private members, inheritance, super, accessors, static members.
class Shape {
  static #made = 0;
  #name;
  scale = 1;
  constructor(name) {
    this.#name = name;
    Shape.#made++;
  }
  static get made() { return Shape.#made }
  get name() { return this.#name }
  area() { return this.scale }
}
class Square extends Shape {
  constructor(side) {
    super("square");
    this.side = side;
  }
  area() { return super.area() * this.side ** 2 }
}
class Cube extends Square {
  area() { return 6 * super.area() }
}
let sum = 0;
for (let i = 0; i < 6_000; i++) {
  const shape = i % 2 ? new Square(i % 10) : new Cube(i % 10);
  sum += shape.area() + shape.name.length + (shape instanceof Cube ? 1 : 0);
}
return [sum, Shape.made];
