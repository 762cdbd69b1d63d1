/** @file Test data: that of the property tests which the lab runs too. */
export { randomArray, randomStream, sixteenths } from "../../lessons/properties/random.ts";
