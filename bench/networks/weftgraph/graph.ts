// Networks and their trainings as graphs.
import { type Graph, modelGraph, trainingGraph } from "../../../src/index.ts";
import type { CompileTask } from "../../workloads/tasks.ts";
import { modelOf } from "./model.ts";
import { trainingOf } from "./training.ts";

/** Describes and traces what is to be compiled. */
export const graphOf = ({ network, training }: CompileTask): Graph =>
  training === undefined
    ? modelGraph(modelOf(network()))
    : trainingGraph(trainingOf({ network: network(), optimizer: training }));
